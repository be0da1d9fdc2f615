# Run by gradus_embed: writes INPUT's bytes as a source file.
file(READ ${INPUT} bytes HEX)
string(REGEX REPLACE "(................................................................)" "\\1\n" bytes "${bytes}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
file(
  WRITE ${OUTPUT}
  "#include <string_view>\n\nnamespace gradus::${NAMESPACE} {\nnamespace {\nconstexpr char bytes[] = {\n${bytes}0};\n}\n"
  "extern constexpr std::string_view ${NAME}(bytes, sizeof bytes - 1);\n}  // namespace gradus::${NAMESPACE}\n")
