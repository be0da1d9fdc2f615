#include "nn/network_file.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string>

#include "base/error.h"
#include "nn/weights_file.h"

namespace gradus {
namespace {

// What a file says of its network.
class Description {
 public:
  explicit Description(const Safetensors& file) : file_(file) {}

  const std::string& text(const char* key) const {
    const auto found = file_.metadata().find(key);
    if (found == file_.metadata().end())
      throw Error(fmt::format(
          "[load] {} does not say which network it is: its metadata has no \"{}\". Make the network "
          "with mlp() and use load_parameters.",
          file_.path(), key));
    return found->second;
  }

  template <class Number>
  Number number(const char* key, std::string_view digits) const {
    Number value{};
    const char* const last = digits.data() + digits.size();
    const auto [end, failure] = std::from_chars(digits.data(), last, value);
    if (failure != std::errc() || end != last)
      throw Error(fmt::format("[load] {}: \"{}\" in its \"{}\" is not a number.", file_.path(), digits, key));
    return value;
  }
  double number(const char* key) const { return number<double>(key, text(key)); }

  // What is only said where it is not the default.
  std::optional<Index> place(const char* key) const {
    if (!file_.metadata().contains(key)) return {};
    return number<Index>(key, text(key));
  }
  bool flag(const char* key) const {
    if (!file_.metadata().contains(key)) return false;
    if (text(key) != "true")
      throw Error(fmt::format("[load] {}: its \"{}\" is \"{}\"; where it is not \"true\" it is not given.",
                              file_.path(), key, text(key)));
    return true;
  }

  std::vector<Index> sizes(const char* key) const {
    std::vector<Index> list;
    std::string_view rest = text(key);
    for (;;) {
      const std::size_t comma = rest.find(',');
      list.push_back(number<Index>(key, rest.substr(0, comma)));
      if (comma == std::string_view::npos) return list;
      rest.remove_prefix(comma + 1);
    }
  }

 private:
  const Safetensors& file_;
};

Network rebuild(const Safetensors& file) {
  const Description description(file);
  const std::vector<Index> layers = description.sizes("layers");
  const double l2 = description.number("l2"), dropout = description.number("dropout"),
               input_dropout = description.number("input-dropout");
  const bool l2_biases = description.flag("l2-biases"), reconstruct = description.flag("reconstruct");
  const std::optional<Index> linear_layer = description.place("linear-layer");
  const std::string &activation = description.text("activation"), &loss = description.text("loss");
  try {
    return mlp(layers, {.activation = activation_from_name(activation),
                        .loss = loss_from_name(loss),
                        .l2 = l2,
                        .l2_biases = l2_biases,
                        .dropout = dropout,
                        .input_dropout = input_dropout,
                        .linear_layer = linear_layer,
                        .reconstruct = reconstruct});
  } catch (const Error& error) {
    throw Error(fmt::format("[load] {} describes a network that cannot be: {}", file.path(), error.what()));
  }
}

}  // namespace

template <class Scalar>
void save_network(const std::filesystem::path& path, const Network& network, std::span<const Scalar> theta) {
  if (network.layers().empty())
    throw Error(fmt::format("[save] {} can describe only networks that mlp() made. Use save_parameters.",
                            path.string()));
  const NetworkOptions& options = network.options();
  Metadata metadata{{"layers", fmt::format("{}", fmt::join(network.layers(), ","))},
                    {"activation", std::string(name(options.activation))},
                    {"loss", std::string(name(options.loss))},
                    {"l2", fmt::format("{}", options.l2)},
                    {"dropout", fmt::format("{}", options.dropout)},
                    {"input-dropout", fmt::format("{}", options.input_dropout)}};
  if (options.l2_biases) metadata["l2-biases"] = "true";
  if (options.linear_layer) metadata["linear-layer"] = std::to_string(*options.linear_layer);
  if (options.reconstruct) metadata["reconstruct"] = "true";
  save_parameters(path, network.parameters(), theta, metadata);
}

template <class Scalar>
SavedNetwork<Scalar> load_network(const std::filesystem::path& path) {
  const Safetensors file(path);
  Network network = rebuild(file);
  Vector<Scalar> theta = load_parameters<Scalar>(file, network.parameters());
  return {std::move(network), std::move(theta)};
}

template void save_network(const std::filesystem::path&, const Network&, std::span<const float>);
template void save_network(const std::filesystem::path&, const Network&, std::span<const double>);
template SavedNetwork<float> load_network(const std::filesystem::path&);
template SavedNetwork<double> load_network(const std::filesystem::path&);

}  // namespace gradus
