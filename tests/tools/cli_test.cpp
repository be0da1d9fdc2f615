// Runs the program as a person does.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/program.h"

namespace gradus {
namespace {

namespace fs = std::filesystem;
using test::read;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using Result = test::ProgramResult;

class Program : public testing::Test {
 protected:
  Program() {
    fs::create_directories(folder / "shapes");
    write_images("train", 60);
    write_images("t10k", 20);
  }

  Result run(const std::string& arguments, const std::string& before = "") const {
    return test::run_program(folder, fmt::format("{} {} {}", before, GRADUS_PROGRAM, arguments));
  }

  // Images of 4 × 3 pixels, bright on the left (class 0) or on the right (class 1).
  void write_images(const std::string& part, int count) const {
    std::string images = {0, 0, 8, 3, 0, 0, 0, char(count), 0, 0, 0, 3, 0, 0, 0, 4};
    std::string labels = {0, 0, 8, 1, 0, 0, 0, char(count)};
    for (int i = 0; i < count; ++i) {
      labels += char(i % 2);
      for (int p = 0; p < 12; ++p) images += char((p % 4 >= 2) == (i % 2 == 1) ? 120 + i % 7 : i % 5);
    }
    std::ofstream(folder / "shapes" / (part + "-images-idx3-ubyte"), std::ios::binary) << images;
    std::ofstream(folder / "shapes" / (part + "-labels-idx1-ubyte"), std::ios::binary) << labels;
  }

  const test::TemporaryFolder temporary;
  const fs::path folder = temporary.path();
  const std::string train = "train --data shapes --layers 12,8,2 --epochs 20 --batch-size 8 ";
};

TEST_F(Program, Helps) {
  const Result all = run("--help");
  EXPECT_EQ(all.code, 0);
  EXPECT_THAT(all.out, AllOf(HasSubstr("train"), HasSubstr("evaluate"), HasSubstr("download"),
                             HasSubstr("draw"), HasSubstr("Exit codes: 0 done")));
  const Result one = run("train --help");
  EXPECT_EQ(one.code, 0);
  EXPECT_THAT(one.out,
              AllOf(HasSubstr("--learning-rate"), HasSubstr("How far a step goes along the gradient")));
  EXPECT_THAT(run("--version").out, HasSubstr("gradus "));
}

TEST_F(Program, TrainsByMethodsOfSecondOrder) {
  const std::string few = "train --data shapes --layers 12,8,2 --epochs 3 --batch-size 40 ";
  const Result whole = run(few + "--optimizer hessian-free"),
               part = run(few + "--optimizer hessian-free --curvature-batch-size 10");
  EXPECT_EQ(whole.code, 0) << whole.err;
  EXPECT_EQ(part.code, 0) << part.err;
  EXPECT_NE(whole.out, part.out);
  const std::string overlapping = few + "--optimizer lbfgs --batch-overlap 10 --options '{\"pairs\": ";
  const Result batch = run(overlapping + "\"batch\"}'"), overlap = run(overlapping + "\"overlap\"}'");
  EXPECT_EQ(overlap.code, 0) << overlap.err;
  EXPECT_NE(batch.out, overlap.out);
  EXPECT_THAT(run(few + "--batch-overlap 40").err, HasSubstr("overlap by 0 to 39 cases, not by 40"));
  EXPECT_THAT(run(few + "--curvature-batch-size -1").err, HasSubstr("must be at least 0"));
}

TEST_F(Program, ExplainsMethods) {
  EXPECT_THAT(run("explain").out,
              AllOf(HasSubstr("sgd"), HasSubstr("adam  "), HasSubstr("gradus explain NAME")));
  const std::string all = run("explain adam").out, lecture = run("explain adam --dialect lecture").out;
  EXPECT_THAT(all, AllOf(HasSubstr("θ ← θ − η m̂/(√v̂ + ε)"), HasSubstr("[lecture]"), HasSubstr("[keras]"),
                         HasSubstr("Kingma"), HasSubstr("at least 0 and less than 1"),
                         HasSubstr("Memory: 12 bytes"), HasSubstr("float: 8 of state")));
  EXPECT_THAT(lecture,
              AllOf(HasSubstr("In the dialect lecture:"), HasSubstr("√(v̂ + ε)"), Not(HasSubstr("keras]"))));
  const Result unknown = run("explain adma");
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("Did you mean \"adam\"?"));
  // Of another form also the defaults and the memory are others.
  EXPECT_THAT(run("explain adamw").out, ContainsRegex("weight_decay +1e-05 "));
  EXPECT_THAT(run("explain adamw --dialect torch").out, ContainsRegex("weight_decay +0.01 "));
  EXPECT_THAT(run("explain nesterov").out, HasSubstr("Memory: 12 bytes"));
  EXPECT_THAT(
      run("explain nesterov --dialect torch").out,
      HasSubstr("Memory: 8 bytes for each parameter of a 1000 × 1000 matrix in float: 4 of state, and 4"));
  EXPECT_THAT(run("explain sgd --dialect keras").err, HasSubstr("there is no option \"dialect\""));
}

TEST_F(Program, TrainsByAnyMethod) {
  const Result adam =
      run(train + "--optimizer adam --options '{\"beta1\": 0.8, \"learning_rate\": 0.05}' --history h.json");
  EXPECT_EQ(adam.code, 0) << adam.err;
  EXPECT_THAT(adam.out, AllOf(HasSubstr("adam"), HasSubstr("test accuracy 100.00 %")));
  EXPECT_EQ(nlohmann::json::parse(read(folder / "h.json"))["optimizer"], "adam");
  const auto refused = [&](const std::string& arguments, const std::string& says) {
    const Result result = run(train + arguments);
    EXPECT_EQ(result.code, 2) << arguments;
    EXPECT_THAT(result.err, HasSubstr(says)) << arguments;
    EXPECT_THAT(result.out, IsEmpty()) << arguments;
  };
  refused("--optimizer adan2", "no optimizer \"adan2\"");
  refused("--optimizer adam --options '{\"beta1\": 1}'",
          "[adam] beta1 must be at least 0 and less than 1, not 1.");
  refused("--optimizer adam --options beta1=1", "--options takes a JSON object");
  refused("--learning-rate 0.1 --options '{\"learning_rate\": 1}'", "give one");
}

TEST_F(Program, TrainsSavesAndEvaluates) {
  const Result result = run(train + "--save net.safetensors --history history.json");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.err, IsEmpty());
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("shapes: 54 training, 6 validation, 20 test images. Network 12-8-2, "
                              "122 parameters, sgd."),
                    HasSubstr("\nepoch  1  loss "), HasSubstr("\nepoch 20  loss "),
                    HasSubstr("\nshapes: test accuracy 100.00 %")));

  const auto history = nlohmann::json::parse(read(folder / "history.json"));
  EXPECT_EQ(history["data"], "shapes");
  EXPECT_EQ(history["epochs"].size(), 20u);

  const Result evaluated = run("evaluate --network net.safetensors --data shapes");
  EXPECT_EQ(evaluated.code, 0) << evaluated.err;
  EXPECT_THAT(evaluated.out, AllOf(HasSubstr(result.out.substr(result.out.rfind("shapes:"))),
                                   HasSubstr("     0    10     0  100.0 %\n     1     0    10  100.0 %\n")));
}

TEST_F(Program, TrainsSavesAndEvaluatesAnAutoencoder) {
  const Result result = run(
      "train --data shapes --autoencoder --layers 12,5,1 --optimizer adam --learning-rate 0.03 --epochs 30 "
      "--batch-size 8 --l2 1e-6 --save net --history history.json");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("shapes: 54 training, 6 validation, 20 test images. Network 12-5-1-5-12, 153 "
                              "parameters, adam."),
                    HasSubstr("\nepoch  1  loss "), HasSubstr("  squared error "),
                    HasSubstr("\nshapes: training squared error "),
                    HasSubstr("\nshapes: test squared error "), Not(HasSubstr("accuracy"))));
  const auto error = [](const nlohmann::json& epoch) {
    return epoch["validation_squared_error"].get<double>();
  };
  const auto epochs = nlohmann::json::parse(read(folder / "history.json"))["epochs"];
  // Half of the pixels are bright, at 0.48: all at half of that would leave 12 · 0.24².
  EXPECT_GT(error(epochs.front()), 0.5);
  EXPECT_LT(error(epochs.back()), 0.1);
  EXPECT_TRUE(epochs.back()["training_accuracy"].is_null());

  const Result evaluated = run("evaluate --network net --data shapes");
  EXPECT_EQ(evaluated.code, 0) << evaluated.err;
  EXPECT_EQ(evaluated.out, result.out.substr(result.out.rfind("shapes:")));
}

TEST_F(Program, TrainsAnAutoencoderOnCurves) {
  const Result result = run("train --data curves --autoencoder --layers 784,6 --epochs 1 --batch-size 1000");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("synthetic curves: 18000 training, 2000 validation, 10000 test images. Network "
                              "784-6-784, 10198 parameters, sgd."),
                    HasSubstr("\nsynthetic curves: test squared error ")));
  const Result drawn = run("draw --data curves --output curves.png");
  EXPECT_THAT(drawn.out, HasSubstr("synthetic curves: 128 images in curves.png"));
}

TEST_F(Program, ShowsTheCurvatureOfANetwork) {
  run("train --data shapes --layers 12,8,2 --epochs 2 --activation tanh --quiet --save net.safetensors");
  const std::string curvature = "curvature --network net.safetensors --data shapes ";
  const Result hessian = run(curvature + "--density d.csv --eigenvalues 3");
  EXPECT_EQ(hessian.code, 0) << hessian.err;
  EXPECT_THAT(hessian.err, IsEmpty());
  EXPECT_THAT(hessian.out,
              AllOf(HasSubstr("shapes: 60 of 60 training cases. Network 12-8-2, 122 parameters"),
                    HasSubstr("\nLoss "), HasSubstr("gradient norm"), HasSubstr("\nHessian\n"),
                    HasSubstr("largest eigenvalues"), HasSubstr("smallest eigenvalues"), HasSubstr("2/λmax"),
                    HasSubstr("the standard error of 10 samples"), HasSubstr("% of Σ|λ|"), HasSubstr("#")));
  EXPECT_EQ(hessian.out, run(curvature + "--eigenvalues 3").out);

  // The density is a distribution, of the mean that the trace gives.
  std::ifstream csv(folder / "d.csv");
  std::string line;
  std::getline(csv, line);
  EXPECT_EQ(line, "eigenvalue,density");
  double mass = 0, mean = 0, before = 0;
  while (std::getline(csv, line)) {
    const double x = std::stod(line), density = std::stod(line.substr(line.find(',') + 1));
    mass += density * (x - before);
    mean += density * x * (x - before);
    before = x;
  }
  const std::string trace = hessian.out.substr(hessian.out.find("trace") + 5);
  EXPECT_NEAR(mass, 1, 1e-9);
  EXPECT_NEAR(mean * 122 / std::stod(trace), 1, 1e-3);  // four digits are printed

  const Result gauss_newton = run(curvature + "--kind gauss-newton --on test --cases 12 --density d.json");
  EXPECT_EQ(gauss_newton.code, 0) << gauss_newton.err;
  EXPECT_THAT(gauss_newton.out,
              AllOf(HasSubstr("12 of 20 test cases"), HasSubstr("Gauss-Newton"), Not(HasSubstr("negative"))));
  const auto json = nlohmann::json::parse(read(folder / "d.json"));
  EXPECT_EQ(json["eigenvalue"].size(), json["density"].size());
  EXPECT_GT(json["nodes"]["weight"].size(), 0u);
}

TEST_F(Program, SaysWhatCurvatureDoesNotTake) {
  run("train --data shapes --layers 12,2 --epochs 1 --quiet --save net.safetensors");
  const auto refused = [&](const std::string& arguments, const std::string& says) {
    const Result result = run("curvature --network net.safetensors --data shapes " + arguments);
    EXPECT_EQ(result.code, 2) << arguments;
    EXPECT_THAT(result.err + result.out, HasSubstr(says)) << arguments;
  };
  refused("--cases 21 --on test", "--cases 21 are more than the 20 test cases of shapes");
  refused("--cases 0", "--cases must be at least 1, not 0");
  refused("--eigenvalues 0", "--eigenvalues must be at least 1");
  refused("--probes -3", "--probes must be at least 1, not -3");
  refused("--seed -1", "--seed must be at least 0");
  refused("--kind fisher", "--kind");
  refused("--on validation", "--on");
  refused("--density d.txt", "must end in .csv or .json");
  refused("--density nowhere/d.csv", "there is no folder");
  EXPECT_THAT(run("curvature --data shapes").err, HasSubstr("--network is required"));
  EXPECT_EQ(run("curvature --network none.safetensors --data shapes").code, 2);
  EXPECT_THAT(run("curvature --network net.safetensors --data digits").err, HasSubstr("784 numbers a case"));
}

TEST_F(Program, FindsNoCurvatureWhereTheLossIsNotFinite) {
  run("train --data shapes --layers 12,8,2 --epochs 3 --learning-rate 1e30 --quiet --save net.safetensors");
  const Result result = run("curvature --network net.safetensors --data shapes");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("not finite"));
}

TEST_F(Program, TheSameSeedGivesTheSameFile) {
  run(train + "--quiet --seed 3 --dropout 0.2 --save a");
  run(train + "--quiet --seed 3 --dropout 0.2 --threads 1 --save b");
  run(train + "--quiet --seed 4 --dropout 0.2 --save c");
  EXPECT_FALSE(read(folder / "a").empty());
  EXPECT_EQ(read(folder / "a"), read(folder / "b"));
  EXPECT_NE(read(folder / "a"), read(folder / "c"));
}

TEST_F(Program, QuietPrintsTheResultAlone) {
  const Result result = run(train + "--quiet");
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, testing::StartsWith("shapes: test accuracy"));
  EXPECT_THAT(result.err, IsEmpty());
}

TEST_F(Program, ReadsOptionsFromAFile) {
  std::ofstream(folder / "run.toml") << "[train]\ndata = \"shapes\"\nlayers = [12, 5, 2]\nepochs = 3\n";
  const Result result = run("train --config run.toml --epochs 2");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("Network 12-5-2"), HasSubstr("epoch  2"), Not(HasSubstr("epoch  3"))));
  EXPECT_EQ(run("train --config nothing.toml").code, 2);
}

TEST_F(Program, LogsOnceWhichBlasItFound) {
  const std::string log = run(train, "SPDLOG_LEVEL=gradus=debug").err;
  const auto first = log.find("OpenBLAS");
  ASSERT_NE(first, std::string::npos) << log;
  EXPECT_THAT(log, HasSubstr("threads share the work"));
  EXPECT_EQ(log.find("OpenBLAS", first + 1), std::string::npos) << log;
}

TEST_F(Program, StopsEarly) {
  const Result result =
      run("train --data shapes --layers 12,2 --epochs 100000 --learning-rate 1e-9 --patience 2");
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.err, HasSubstr("the validation loss has not improved for 2 epochs"));
}

TEST_F(Program, RefusesBadInputWithASentence) {
  struct Case {
    std::string arguments, says;
  };
  for (const Case& c : {
           Case{"", "gradus train"},
           Case{"tain", "tain"},
           Case{"train --epoch 3", "--epoch"},
           Case{"train --data shapes --epochs 0", "epochs must be at least 1, not 0"},
           Case{"train --data shapes --epochs many", "many"},
           Case{"train --data shapes --batch-size 0", "batch size must be at least 1, not 0"},
           Case{"train --data shapes --learning-rate -1", "not -1"},
           Case{"train --data shapes --activation rleu", "relu"},
           Case{"train --data shapes --layers 12", "at least the sizes of its input and its output"},
           Case{"train --data shapes --layers 13,2",
                "shapes has 12 numbers a case, but the network's input takes 13"},
           Case{"train --data shapes --layers 12,3", "shapes has 2 classes, but the network has 3 outputs"},
           Case{"train --data shapes --validation 60", "60"},
           Case{"train --data shapes --dropout 1.5", "1.5"},
           Case{"train --data nowhere", "nowhere"},
           Case{"train --data digit", "digits"},
           Case{"train --data curve", "Did you mean curves?"},
           Case{"train --data curves", "synthetic curves has no classes to learn; train an --autoencoder"},
           Case{"train --data shapes --autoencoder --layers 12", "its input and its code"},
           Case{"train --data shapes --autoencoder --layers 13,2",
                "shapes has 12 numbers a case, but the network's input takes 13"},
           Case{"train --data shapes --layers 12,,2", "12,,2"},
           Case{"train --data shapes --seed -1", "-1"},
           Case{"train --data shapes --threads 0", "at least 1"},
           Case{"train --data shapes --threads 100000", "100000"},
           Case{"train --data shapes --save net --history ./net", "same file"},
           Case{"train --data shapes --save no/such/net", "there is no folder no/such"},
           Case{"train --data shapes --history shapes", "is a folder"},
           Case{"evaluate --data shapes", "--network is required"},
           Case{"evaluate --data shapes --network none", "none"},
           Case{"evaluate --data shapes --network shapes/t10k-labels-idx1-ubyte", "t10k-labels"},
           Case{"train --data shapes --patience -1", "patience of early stopping must be at least 1, not -1"},
           Case{"train --data shapes --patience 1 --validation 0", "none is given"},
           Case{"download cifar", "cifar"},
           Case{"download mnist --to shapes/train-images-idx3-ubyte/mnist",
                "cannot be made: Not a directory"},
           Case{"draw --data shapes --output grid.png --rows 100",
                "16 images are more than the 60 images of shapes"},
       }) {
    const Result result = run(c.arguments);
    EXPECT_EQ(result.code, 2) << c.arguments;
    EXPECT_THAT(result.err, HasSubstr(c.says)) << c.arguments;
    EXPECT_THAT(result.out, IsEmpty()) << c.arguments;
  }
}

TEST_F(Program, ARunThatIsNoLongerFiniteFails) {
  const Result result =
      run("train --data shapes --layers 12,8,8,2 --learning-rate 1e30 --history history.json --save net");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, AllOf(HasSubstr("Stopped in epoch"), HasSubstr("θ is left as it was")));
  EXPECT_EQ(nlohmann::json::parse(read(folder / "history.json"))["status"], "non-finite");
  EXPECT_EQ(run("evaluate --data shapes --network net").code, 0);
}

TEST_F(Program, AnInterruptEndsItAfterTheStepAndSaves) {
  const std::string command = fmt::format(
      "cd {} && {{ {} train --data shapes --layers 12,8,2 --epochs 100000000 --history history.json --save "
      "net "
      ">out 2>err & until grep -q 'epoch  1' out; do sleep 0.05; done; kill -INT $!; wait $!; }}",
      folder.string(), GRADUS_PROGRAM);
  const int status = std::system(command.c_str());
  const Result result{WEXITSTATUS(status), read(folder / "out"), read(folder / "err")};
  EXPECT_EQ(result.code, 130) << result.err;
  EXPECT_THAT(result.err, HasSubstr("Interrupted in epoch"));
  EXPECT_THAT(result.out, HasSubstr("shapes: test accuracy"));
  EXPECT_FALSE(nlohmann::json::parse(read(folder / "history.json"))["epochs"].empty());
  EXPECT_EQ(run("evaluate --data shapes --network net").code, 0);
}

TEST_F(Program, DrawsImages) {
  const Result result = run("draw --data shapes --output grid.png --rows 2 --columns 3");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("shapes: 6 images in grid.png"));
  const std::string png = read(folder / "grid.png");
  ASSERT_EQ(png.substr(0, 8), "\x89PNG\r\n\x1A\n");
  const auto number = [&](std::size_t at) {
    std::size_t n = 0;
    for (std::size_t i = 0; i < 4; ++i) n = n << 8 | static_cast<unsigned char>(png[at + i]);
    return n;
  };
  std::string data;
  for (std::size_t at = 8; at < png.size();) {
    const std::size_t size = number(at);
    const std::string body = png.substr(at + 4, size + 4);
    ASSERT_EQ(number(at + 8 + size),
              crc32(0, reinterpret_cast<const Bytef*>(body.data()), uInt(body.size())));
    if (body.starts_with("IHDR")) {
      EXPECT_EQ(body.substr(4), std::string("\0\0\0\x0C\0\0\0\x06\x08\0\0\0\0", 13));
    }
    if (body.starts_with("IDAT")) data += body.substr(4);
    at += 12 + size;
  }
  std::vector<unsigned char> rows(6 * 13);
  uLongf size = rows.size();
  ASSERT_EQ(uncompress(rows.data(), &size, reinterpret_cast<const Bytef*>(data.data()), uLong(data.size())),
            Z_OK);
  ASSERT_EQ(size, rows.size());
  for (std::size_t y = 0; y < 6; ++y)
    for (std::size_t x = 0; x < 12; ++x) {
      const std::size_t i = y / 3 * 3 + x / 4;
      EXPECT_EQ(rows[13 * y + 1 + x], (x % 4 >= 2) == (i % 2 == 1) ? 120 + i % 7 : i % 5);
    }
}

TEST_F(Program, SaysSoWhereItTakesSyntheticDigitsForWantOfMnist) {
  const Result result = run("train --layers 784,10 --epochs 1", "HOME=/nowhere XDG_CACHE_HOME= GRADUS_DATA=");
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.err, HasSubstr("MNIST is not on this machine"));
  EXPECT_THAT(result.out, AllOf(HasSubstr("synthetic digits: test accuracy"), Not(HasSubstr("MNIST"))));
  const Result asked = run("train --data mnist", "HOME=/nowhere XDG_CACHE_HOME= GRADUS_DATA=");
  EXPECT_EQ(asked.code, 2);
  EXPECT_THAT(asked.err, HasSubstr("gradus download mnist"));
}

TEST_F(Program, TakesMnistWhereItIs) {
  const char* const mnist = std::getenv("GRADUS_TEST_MNIST");
  if (mnist == nullptr || !fs::exists(fs::path(mnist) / "t10k-labels-idx1-ubyte.gz"))
    GTEST_SKIP() << "MNIST's files are not in $GRADUS_TEST_MNIST.";
  const Result result = run("train --layers 784,10 --epochs 1", fmt::format("GRADUS_DATA={}", mnist));
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.err, IsEmpty());
  EXPECT_THAT(result.out, AllOf(HasSubstr("MNIST: 55000 training, 5000 validation, 10000 test images"),
                                HasSubstr("MNIST: test accuracy")));
}

}  // namespace
}  // namespace gradus
