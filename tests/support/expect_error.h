#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/error.h"

/// The expression throws gradus::Error whose message contains the text.
#define EXPECT_ERROR(expression, text)                \
  EXPECT_THAT([&] { static_cast<void>(expression); }, \
              testing::ThrowsMessage<gradus::Error>(testing::HasSubstr(text)))

namespace gradus::test {

/// What the Error says that the call ends with, or "no error".
inline std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace gradus::test
