#pragma once
#include <cstddef>
#include <string>

namespace gradus {

/// What the server answers to a request for `url`, by the program curl. Throws Error, naming the URL and curl's own words,
/// when there is no such program, no answer, an answer that says failure, or one of more than `largest` bytes.
std::string fetch(const std::string& url, std::size_t largest);

}  // namespace gradus
