# cmake --install: the library, its headers as <gradus/...>, the package gradus for CMake and for pkg-config.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

# The public headers are those that gradus.h reaches; all others stay behind.
set(_public gradus.h)
set(_unread gradus.h)
while(_unread)
  list(POP_FRONT _unread _header)
  get_filename_component(_folder ${_header} DIRECTORY)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${_header})
  file(STRINGS ${PROJECT_SOURCE_DIR}/${_header} _lines REGEX "^#include \"")
  foreach(_line IN LISTS _lines)
    string(REGEX REPLACE "^#include \"(.*)\".*" "\\1" _included ${_line})
    get_filename_component(_included ${PROJECT_SOURCE_DIR}/${_folder}/${_included} ABSOLUTE)
    file(RELATIVE_PATH _included ${PROJECT_SOURCE_DIR} ${_included})
    if(NOT _included IN_LIST _public)
      list(APPEND _public ${_included})
      list(APPEND _unread ${_included})
    endif()
  endforeach()
  install(FILES ${_header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/gradus/${_folder})
endwhile()

set(_package ${CMAKE_INSTALL_LIBDIR}/cmake/gradus)
install(
  TARGETS gradus
  EXPORT gradusTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT gradusTargets NAMESPACE gradus:: DESTINATION ${_package})

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/gradusConfig.cmake.in ${PROJECT_BINARY_DIR}/gradusConfig.cmake
                              INSTALL_DESTINATION ${_package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/gradusConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/gradusConfig.cmake ${PROJECT_BINARY_DIR}/gradusConfigVersion.cmake
              ${CMAKE_CURRENT_LIST_DIR}/FindOpenBLAS.cmake
        DESTINATION ${_package})

# Paths in gradus.pc are relative to itself, so that the installed copy may be moved.
file(RELATIVE_PATH _include ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_FULL_INCLUDEDIR})
if(NOT BUILD_SHARED_LIBS)
  get_filename_component(_folder ${OpenBLAS_LIBRARY} DIRECTORY)
  set(_requires "fmt spdlog libcrypto zlib")
  set(_libraries "${OpenBLAS_LIBRARY} -Wl,-rpath,${_folder} -pthread")
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/gradus.pc.in ${PROJECT_BINARY_DIR}/gradus.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/gradus.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

if(TARGET gradus-cli)
  set_target_properties(gradus-cli PROPERTIES INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
  install(TARGETS gradus-cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
