# cmake --install: the library, its headers as <gradus/...>, the package gradus for CMake and for pkg-config.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

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
