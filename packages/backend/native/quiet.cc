// An addon that is loaded before TensorFlow and keeps its greetings off the terminal. They are logged while
// libtensorflow_framework is being loaded, before any call could say otherwise, and TF_CPP_MIN_LOG_LEVEL no longer reaches
// the logger. So this library, loaded into the global scope, answers in absl's place: absl::MinLogLevel() of the pinned
// TensorFlow. A TensorFlow with another absl never asks.
#include <cstdlib>

extern "C" {
__attribute__((visibility("default"))) int _ZN4absl12lts_2025081411MinLogLevelEv() {
  static const char *level = getenv("TF_CPP_MIN_LOG_LEVEL");
  return level ? atoi(level) : 0;
}

__attribute__((visibility("default"))) void *napi_register_module_v1(void *, void *exports) { return exports; }
}
