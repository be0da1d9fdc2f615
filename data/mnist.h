#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "../base/error.h"
#include "dataset.h"

namespace gradus {

/// The files of a data set are in none of the folders where they were looked for.
class DataNotFound : public Error {
 public:
  using Error::Error;
};

/// 60,000 training and 10,000 test images of handwritten digits, 28 × 28 pixels (LeCun, Cortes and Burges
/// 1998).
struct Mnist {
  Dataset train, test;
};

/// Reads MNIST's four IDX files, plain or gzipped, from `folder`, or else from the first of $GRADUS_DATA,
/// $XDG_CACHE_HOME/gradus and ~/.cache/gradus that holds them: itself, in its `mnist`, `raw` or `MNIST/raw`
/// (torchvision's layout). Their content is verified by SHA-256. Throws DataNotFound with the folders tried
/// and what to do when nothing is found, and Error with the file and both sums when the content is not
/// MNIST's.
Mnist load_mnist(const std::optional<std::filesystem::path>& folder = {});

/// Reads any image set in MNIST's layout of four files (Fashion-MNIST, KMNIST, …), looked for in `folder` as
/// above. It is called "MNIST" exactly when its content is MNIST's, and `name` otherwise, which then may not
/// be that. There are as many classes as the largest label says. Images without any ink are refused.
Mnist load_idx_folder(const std::filesystem::path& folder, const std::string& name);

/// Where a download puts MNIST, and load_mnist() finds it again: the `mnist` of the first of $GRADUS_DATA,
/// $XDG_CACHE_HOME/gradus and ~/.cache/gradus that is set.
std::filesystem::path default_mnist_folder();

}  // namespace gradus
