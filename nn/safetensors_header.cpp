#include "nn/safetensors_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "base/error.h"

namespace gradus {
namespace {

using Json = nlohmann::json;
using Entry = SafetensorsHeader::Entry;

struct Type {
  std::string_view name;
  Index bytes;
};
constexpr std::array types{Type{"F64", 8},     Type{"F32", 4},     Type{"F16", 2}, Type{"BF16", 2},
                           Type{"F8_E4M3", 1}, Type{"F8_E5M2", 1}, Type{"I64", 8}, Type{"I32", 4},
                           Type{"I16", 2},     Type{"I8", 1},      Type{"U64", 8}, Type{"U32", 4},
                           Type{"U16", 2},     Type{"U8", 1},      Type{"BOOL", 1}};

template <class... Arguments>
[[noreturn]] void fail(const std::string& where, fmt::format_string<Arguments...> text,
                       Arguments&&... arguments) {
  throw Error(fmt::format("{} {}", where, fmt::format(text, std::forward<Arguments>(arguments)...)));
}

// JSON lets a key come twice, and parsers differ in which one counts.
Json parse_with_distinct_keys(std::string_view text, const std::string& where) {
  std::vector<std::set<std::string>> open;  // the keys of each object that is being read
  const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > 4) fail(where, "its header is nested too deeply.");
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end) open.pop_back();
    if (event == Json::parse_event_t::key && !open.back().insert(parsed.get<std::string>()).second)
      fail(where, "its header names \"{}\" twice.", parsed.get<std::string>());
    return true;
  };
  try {
    return Json::parse(text, watch);
  } catch (const Json::exception& error) {
    fail(where, "its header is not valid JSON: {}.", error.what());
  }
}

std::vector<Index> parse_numbers(const Json& list, const std::string& name, const char* what,
                                 const std::string& where) {
  if (!list.is_array()) fail(where, "the {} of \"{}\" must be a list of numbers.", what, name);
  std::vector<Index> numbers;
  for (const Json& number : list) {
    if (!number.is_number_unsigned() || number.get<std::uint64_t>() > std::uint64_t{INT64_MAX})
      fail(where, "the {} of \"{}\" must hold whole numbers of at least 0, not {}.", what, name,
           number.dump());
    numbers.push_back(number.get<Index>());
  }
  return numbers;
}

Index bytes_of(const Entry& entry, const std::string& where) {
  const auto type = std::ranges::find(types, entry.type, &Type::name);
  if (type == types.end())
    fail(where, "\"{}\" has the type \"{}\", which is not known.", entry.name, entry.type);
  Index bytes = type->bytes;
  for (const Index size : entry.shape)
    if (__builtin_mul_overflow(bytes, size, &bytes))
      fail(where, "\"{}\" has the shape ({}), which is too large.", entry.name, fmt::join(entry.shape, ", "));
  return bytes;
}

Entry parse_entry(const std::string& name, const Json& json, const std::string& where) {
  if (!json.is_object() || json.size() != 3 || !json.contains("dtype") || !json.contains("shape") ||
      !json.contains("data_offsets"))
    fail(where, "\"{}\" must have a dtype, a shape and data_offsets, and nothing else.", name);
  if (!json["dtype"].is_string()) fail(where, "the dtype of \"{}\" must be a text.", name);
  const std::vector<Index> offsets = parse_numbers(json["data_offsets"], name, "data_offsets", where);
  if (offsets.size() != 2 || offsets[0] > offsets[1])
    fail(where, "the data_offsets of \"{}\" must be a begin and an end.", name);
  Entry entry{name, json["dtype"].get<std::string>(), parse_numbers(json["shape"], name, "shape", where),
              offsets[0], offsets[1]};
  if (const Index bytes = bytes_of(entry, where); bytes != entry.end - entry.begin)
    fail(where, "\"{}\" of type {} and shape ({}) has {} bytes, but its data_offsets give it {}.", name,
         entry.type, fmt::join(entry.shape, ", "), bytes, entry.end - entry.begin);
  return entry;
}

Metadata parse_metadata(const Json& json, const std::string& where) {
  if (!json.is_object()) fail(where, "its __metadata__ must be an object.");
  Metadata metadata;
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string()) fail(where, "its __metadata__ \"{}\" must be a text.", key);
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view text, Index data, const std::string& where) {
  if (!text.starts_with('{')) fail(where, "its header does not begin with '{{'.");
  const Json json = parse_with_distinct_keys(text, where);
  SafetensorsHeader header;
  for (const auto& [name, value] : json.items()) {
    if (name == "__metadata__")
      header.metadata = parse_metadata(value, where);
    else
      header.entries.push_back(parse_entry(name, value, where));
  }
  std::ranges::stable_sort(header.entries, {}, [](const Entry& e) { return std::pair(e.begin, e.end); });
  Index end = 0;
  for (const Entry& entry : header.entries) {
    if (entry.begin != end)
      fail(where, "the data of \"{}\" begins at byte {}, {}; it should begin at {}.", entry.name, entry.begin,
           entry.begin < end ? "inside of another array's" : "behind a hole", end);
    end = entry.end;
  }
  if (end != data) fail(where, "its header describes {} bytes of data, but {} follow.", end, data);
  return header;
}

std::string print_safetensors_header(const SafetensorsHeader& header, const std::string& where) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  if (!header.metadata.empty()) json["__metadata__"] = header.metadata;
  for (const Entry& entry : header.entries)
    json[entry.name] = {
        {"dtype", entry.type}, {"shape", entry.shape}, {"data_offsets", {entry.begin, entry.end}}};
  std::string text;
  try {
    text = json.dump();
  } catch (const Json::exception& error) {
    fail(where, "a name or a text of the metadata is not UTF-8.");
  }
  text.resize((text.size() + 7) / 8 * 8, ' ');
  if (text.size() > std::size_t{max_safetensors_header})
    fail(where, "its header would have {} bytes; at most {} are allowed.", text.size(),
         max_safetensors_header);
  return text;
}

}  // namespace gradus
