#include "tools/gradus/interrupt.h"

#include <csignal>

namespace gradus::cli {
namespace {

volatile std::sig_atomic_t interrupt = 0;

}

void catch_interrupt() {
  struct sigaction action = {};
  action.sa_handler = [](int) { interrupt = 1; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
}

bool interrupt_was_caught() { return interrupt != 0; }

}  // namespace gradus::cli
