#pragma once

namespace gradus::cli {

/// From now on an interrupt, as from Ctrl+C, only makes interrupt_was_caught() true, so that what runs can end after its step;
/// a second one ends the program.
void catch_interrupt();
bool interrupt_was_caught();

}  // namespace gradus::cli
