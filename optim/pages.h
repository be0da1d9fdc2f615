#pragma once
#include <string>
#include <string_view>

namespace gradus {

/// The documentation of a method: the comment above the options in its header, without the comment's marks. The build
/// embeds the headers, so that there is one text only.
std::string page(std::string_view method);

}  // namespace gradus
