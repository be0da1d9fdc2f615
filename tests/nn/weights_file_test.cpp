#include "nn/weights_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cstring>

#include "nn/network.h"
#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"

namespace gradus::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class WeightsFile : public WithFolder {
 protected:
  Network network = mlp({3, 4, 2});
  Vector<float> theta = network.parameters().initialize<float>(1);
};

TEST_F(WeightsFile, GivesBackThetaToTheLastBit) {
  theta[5] = std::bit_cast<float>(0x7fa00001u);
  save_parameters<float>(path(), network.parameters(), theta, {{"made", "here"}});
  const Vector<float> back = load_parameters<float>(path(), network.parameters());
  ASSERT_EQ(back.size(), theta.size());
  EXPECT_EQ(std::memcmp(back.data(), theta.data(), theta.size() * sizeof(float)), 0);
  EXPECT_EQ(Safetensors(path()).metadata(), (Metadata{{"made", "here"}}));
}

TEST_F(WeightsFile, GoesFromFloatToDoubleAndBack) {
  save_parameters<float>(path(), network.parameters(), theta);
  const Vector<double> wide = load_parameters<double>(path(), network.parameters());
  for (std::size_t i = 0; i < theta.size(); ++i) EXPECT_EQ(wide[i], theta[i]);
  save_parameters<double>(path(), network.parameters(), wide);
  EXPECT_EQ(load_parameters<float>(path(), network.parameters()), theta);
}

TEST_F(WeightsFile, HasPyTorchsNamesAndLayout) {
  save_parameters<float>(path(), network.parameters(), theta);
  const Safetensors file(path());
  std::vector<std::string> found;
  for (const auto& array : file.arrays()) found.push_back(array.name);
  EXPECT_THAT(found, ElementsAre("0.weight", "0.bias", "2.weight", "2.bias"));
  EXPECT_THAT(file.find("0.weight")->shape, ElementsAre(4, 3));  // out × in
  EXPECT_THAT(file.find("2.weight")->shape, ElementsAre(2, 4));
  EXPECT_EQ(std::memcmp(file.find("0.weight")->bytes.data(), theta.data(), 48), 0);
}

// As PyTorch's own writer lays it out: in order of the names.
TEST_F(WeightsFile, TheOrderInTheFileDoesNotMatter) {
  const Parameters& p = network.parameters();
  const std::span<const float> all(theta);
  const std::vector<NamedArray<float>> arrays{{"0.bias", {4}, p.view(1, all)},
                                              {"0.weight", {4, 3}, p.view(0, all)},
                                              {"2.bias", {2}, p.view(3, all)},
                                              {"2.weight", {2, 4}, p.view(2, all)}};
  write_safetensors<float>(path(), arrays);
  EXPECT_EQ(load_parameters<float>(path(), p), theta);
}

TEST_F(WeightsFile, TheFirstBlockThatDiffersIsNamed) {
  save_parameters<float>(path(), network.parameters(), theta);
  const auto refused = [&](std::vector<Index> sizes) {
    const Network other = mlp(std::move(sizes));
    return message_of([&] { load_parameters<float>(path(), other.parameters()); });
  };
  EXPECT_EQ(refused({3, 4, 2}), "no error");
  EXPECT_THAT(refused({3, 5, 2}),
              AllOf(HasSubstr("0.weight has shape (5, 3) in the network"), HasSubstr("(4, 3)")));
  EXPECT_THAT(refused({3, 4, 7}), AllOf(HasSubstr("2.weight has shape (7, 4)"), HasSubstr("(2, 4)")));
  EXPECT_THAT(refused({3, 4, 2, 2}),
              AllOf(HasSubstr("has a block 4.weight of shape (2, 2)"), HasSubstr("none")));
  EXPECT_THAT(refused({3, 4}),
              AllOf(HasSubstr("has a block 2.weight of shape (2, 4)"), HasSubstr("the network has none")));
  EXPECT_THAT(refused({3, 4}), HasSubstr(path().string()));
  EXPECT_THAT(refused({784, 100'000'000, 2}), HasSubstr("0.weight"));  // before 300 GB are allocated for it
}

TEST_F(WeightsFile, ABlockOfAnotherTypeIsNamed) {
  std::string json = R"({"w":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}})";
  const std::uint64_t length = json.size();
  std::string file(8, '\0');
  std::memcpy(file.data(), &length, 8);
  write(path(), file + json + std::string(4, '\0'));
  Graph graph;
  Parameters parameters(graph);
  parameters.add("w", {2});
  EXPECT_THAT(message_of([&] { load_parameters<float>(path(), parameters); }),
              AllOf(HasSubstr("\"w\" has the type F16"), HasSubstr("F32 and F64")));
}

TEST_F(WeightsFile, AThetaOfAnotherSizeIsRefusedAndNothingWritten) {
  theta.pop_back();
  EXPECT_THAT(message_of([&] { save_parameters<float>(path(), network.parameters(), theta); }),
              HasSubstr("parameters"));
  EXPECT_THAT(names(), testing::IsEmpty());
}

}  // namespace
}  // namespace gradus::test
