#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

/// Pages that need nothing but themselves: what the program shows in a browser, in one file, without a network.
namespace gradus::pages {

/// A part of a page: it stands where the template has {{name}}.
using Part = std::pair<std::string_view, std::string_view>;

/// The template with all its parts. Each {{name}} must have a part, else throws std::logic_error: a template is ours.
std::string fill(std::string_view page, std::initializer_list<Part> parts);

/// What all pages look like, in CSS.
std::string_view look();

/// What is in a page's <head>: its title, the common look and its own style.
std::string head(std::string_view title, std::string_view style);

/// JSON as it may stand within <script>: without "</" and "<!--", of which a browser would end the script.
std::string for_script(std::string json);

/// Text as it may stand between tags and in attributes: & < > " ' escaped.
std::string escaped(std::string_view text);

}  // namespace gradus::pages
