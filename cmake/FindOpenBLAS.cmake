# Finds OpenBLAS, its OpenMP build before the others: it lets each calling thread decide how many threads a call may use.
# Defines OpenBLAS::OpenBLAS. Set OpenBLAS_LIBRARY to choose another build.
set(_suffixes openblas-openmp openblas-pthread openblas openblas-serial)
find_library(OpenBLAS_LIBRARY NAMES openblas PATH_SUFFIXES ${_suffixes})
find_path(OpenBLAS_INCLUDE_DIR NAMES openblas_config.h PATH_SUFFIXES ${_suffixes})

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenBLAS REQUIRED_VARS OpenBLAS_LIBRARY OpenBLAS_INCLUDE_DIR)
mark_as_advanced(OpenBLAS_LIBRARY OpenBLAS_INCLUDE_DIR)

if(OpenBLAS_FOUND AND NOT TARGET OpenBLAS::OpenBLAS)
  add_library(OpenBLAS::OpenBLAS UNKNOWN IMPORTED)
  set_target_properties(OpenBLAS::OpenBLAS PROPERTIES IMPORTED_LOCATION "${OpenBLAS_LIBRARY}"
                                                      INTERFACE_INCLUDE_DIRECTORIES "${OpenBLAS_INCLUDE_DIR}")
  # All builds have one soname. Debian keeps each in a folder of its own, and the loader by itself would take the one
  # that the system's alternatives name.
  get_filename_component(_folder "${OpenBLAS_LIBRARY}" DIRECTORY)
  if(OpenBLAS_LIBRARY MATCHES "\\.so$" AND NOT _folder IN_LIST CMAKE_CXX_IMPLICIT_LINK_DIRECTORIES)
    set_target_properties(OpenBLAS::OpenBLAS PROPERTIES INTERFACE_LINK_OPTIONS "LINKER:-rpath,${_folder}")
  endif()
  unset(_folder)
endif()
unset(_suffixes)
