# gradus_embed(TARGET NAMESPACE file...): the files' bytes in the program. Of a file look.css the sources of TARGET see, by
# #include "NAMESPACE/embedded.h", gradus::NAMESPACE::look_css, a std::string_view.
function(gradus_embed target namespace)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/embedded/${namespace})
  set(header "#pragma once\n#include <string_view>\n\nnamespace gradus::${namespace} {\n")
  set(sources "")
  foreach(file IN LISTS ARGN)
    get_filename_component(file ${file} ABSOLUTE)
    get_filename_component(name ${file} NAME)
    string(MAKE_C_IDENTIFIER ${name} name)
    string(APPEND header "extern const std::string_view ${name};\n")
    set(source ${folder}/${name}.cpp)
    add_custom_command(
      OUTPUT ${source}
      COMMAND ${CMAKE_COMMAND} -D INPUT=${file} -D OUTPUT=${source} -D NAMESPACE=${namespace} -D NAME=${name} -P
              ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
      DEPENDS ${file} ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
      VERBATIM)
    list(APPEND sources ${source})
  endforeach()
  file(CONFIGURE OUTPUT ${folder}/embedded.h CONTENT "${header}}  // namespace gradus::${namespace}\n" @ONLY)
  target_sources(${target} PRIVATE ${sources})
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/embedded)
endfunction()
