// GCC 11 headers call this function of a libstdc++ newer than TensorFlow itself needs; with it here the addon loads on
// every system that TensorFlow's wheel supports (glibc 2.27).
#include <cstdlib>

namespace std {
__attribute__((visibility("hidden"))) void __throw_bad_array_new_length() { abort(); }
}  // namespace std
