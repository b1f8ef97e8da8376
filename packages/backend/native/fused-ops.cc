// GELU and layer normalisation as one TensorFlow operation each, and their gradients: as chains of TensorFlow's own they pass over
// memory ten times and more (docs/decisions/fused-ops.md). Built into the binding's addon, registered when it is loaded.
//
// What is added up is added in chunks of a fixed size, in order: the result is the same to the bit for any number of threads.
#include <pthread.h>

#include <atomic>
#include <cfenv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <system_error>
#include <thread>
#include <vector>

#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_status.h"
#include "tensorflow/c/tf_tensor.h"

#define ALWAYS_INLINE __attribute__((always_inline))
#define INLINE inline ALWAYS_INLINE

namespace {

constexpr int64_t LANES = 8;
typedef float Lanes __attribute__((vector_size(LANES * 4)));
typedef int32_t Integers __attribute__((vector_size(LANES * 4)));

/** Numbers that a thread takes at a time: they fit its cache. */
constexpr int64_t CHUNK = 16384;

/** Threads beside the caller's, which all operations share. Never destroyed: they wait in it up to the end of the process. */
class Helpers {
 public:
  static Helpers &shared() {
    static Helpers *helpers = new Helpers();
    return *helpers;
  }

  /** work(0) to work(chunks - 1), each once. Where the helpers are taken, the caller does it all. */
  void run(int64_t chunks, const std::function<void(int64_t)> &work) {
    if (count_ == 0 || chunks < 2 || taken_.test_and_set()) {
      for (int64_t chunk = 0; chunk < chunks; chunk++) work(chunk);
      return;
    }
    pthread_mutex_lock(&state_);
    work_ = &work;
    chunks_ = chunks;
    next_ = 0;
    round_++;
    fegetenv(&environment_);
    for (int64_t helper = 0; helper < count_ && helper < chunks - 1; helper++) pthread_cond_signal(&wake_);
    pthread_mutex_unlock(&state_);
    take(work, chunks);
    // Who wakes later than this finds nothing to do.
    pthread_mutex_lock(&state_);
    work_ = nullptr;
    pthread_mutex_unlock(&state_);
    while (inside_ > 0) std::this_thread::yield();
    taken_.clear();
  }

 private:
  Helpers() {
    const char *threads = getenv("TF_NUM_INTRAOP_THREADS");
    const int given = threads ? atoi(threads) : 0;
    const int wanted = (given > 0 ? given : static_cast<int>(std::thread::hardware_concurrency())) - 1;
    try {
      for (; count_ < wanted; count_++) std::thread([this] { help(); }).detach();
    } catch (const std::system_error &) {
      // As many as the system gives.
    }
  }

  [[noreturn]] void help() {
    for (uint64_t seen = 0;;) {
      pthread_mutex_lock(&state_);
      while (work_ == nullptr || round_ == seen) pthread_cond_wait(&wake_, &state_);
      seen = round_;
      const auto *work = work_;
      const int64_t chunks = chunks_;
      // TensorFlow's threads take numbers next to 0 as 0: as the caller does, so do we.
      fesetenv(&environment_);
      inside_++;
      pthread_mutex_unlock(&state_);
      take(*work, chunks);
      inside_--;
    }
  }

  void take(const std::function<void(int64_t)> &work, int64_t chunks) {
    for (int64_t chunk; (chunk = next_++) < chunks;) work(chunk);
  }

  int count_ = 0;
  std::atomic_flag taken_ = ATOMIC_FLAG_INIT;
  // Not the standard library's: the addon must load where TensorFlow does, and its condition variable asks for a newer one.
  pthread_mutex_t state_ = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t wake_ = PTHREAD_COND_INITIALIZER;
  const std::function<void(int64_t)> *work_ = nullptr;
  int64_t chunks_ = 0;
  uint64_t round_ = 0;
  fenv_t environment_;
  std::atomic<int64_t> next_{0};
  std::atomic<int> inside_{0};
};

/** work(from, to) over [0, total) in pieces of `each`. */
void inPieces(int64_t total, int64_t each, const std::function<void(int64_t, int64_t)> &work) {
  Helpers::shared().run((total + each - 1) / each, [&](int64_t piece) {
    const int64_t from = piece * each;
    work(from, from + each < total ? from + each : total);
  });
}

// From here to the end of the loops: vectors of eight numbers, on x86 by AVX2, without which nothing is registered below.
#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif
#endif

INLINE Lanes load(const float *from, int64_t count) {
  Lanes lanes = {};
  memcpy(&lanes, from, count * sizeof(float));
  return lanes;
}

INLINE void store(float *to, Lanes lanes, int64_t count) { memcpy(to, &lanes, count * sizeof(float)); }

INLINE float sumOf(Lanes lanes) {
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

/** e^x of x <= 0, but not below e^-87: 2^n times a series of what is left, |r| <= ln(2) / 2. */
INLINE Lanes exponential(Lanes x) {
  const float round = 12582912.f;  // 1.5 * 2^23: what is added to it loses its fraction
  const Lanes least = Lanes{} - 87.f;
  const Lanes bounded = x < least ? least : x;
  const Lanes shifted = bounded * 1.44269504f + round;
  const Lanes n = shifted - round;
  const Lanes r = (bounded - n * 0.693359375f) + n * 2.12194440e-4f;
  Lanes series = r * (1 / 5040.f) + 1 / 720.f;
  series = series * r + 1 / 120.f;
  series = series * r + 1 / 24.f;
  series = series * r + 1 / 6.f;
  series = series * r + 0.5f;
  series = series * r + 1.f;
  series = series * r + 1.f;
  // The low bits of `shifted` are n, and above them is nothing that the shift leaves.
  const Integers power = ((Integers)shifted + 127) << 23;
  return series * (Lanes)power;
}

struct Normal {
  /** Of the standard normal distribution below x, and its density there. */
  Lanes share, density;
};

/** Abramowitz and Stegun 7.1.26, which is within 1.5e-7. */
INLINE Normal normalAt(Lanes x) {
  const Lanes zero = {};
  const Lanes size = x < zero ? -x : x;
  const Lanes fall = exponential(x * x * -0.5f);
  const Lanes t = 1.f / (size * (0.3275911f * 0.70710678f) + 1.f);
  Lanes tail = t * 1.061405429f - 1.453152027f;
  tail = tail * t + 1.421413741f;
  tail = tail * t - 0.284496736f;
  tail = tail * t + 0.254829592f;
  tail = tail * t * fall * 0.5f;
  return {x < zero ? tail : 1.f - tail, fall * 0.39894228f};
}

/** Calls body(at, count) for so many numbers, whole vectors first. */
template <typename Body>
INLINE void byVectors(int64_t total, Body body) {
  int64_t at = 0;
  for (; at + LANES <= total; at += LANES) body(at, LANES);
  if (at < total) body(at, total - at);
}

void geluOf(const float *x, float *y, int64_t total) {
  byVectors(total, [&](int64_t at, int64_t count) ALWAYS_INLINE {
    const Lanes value = load(x + at, count);
    store(y + at, value * normalAt(value).share, count);
  });
}

void geluGradientOf(const float *dy, const float *x, float *dx, int64_t total) {
  byVectors(total, [&](int64_t at, int64_t count) ALWAYS_INLINE {
    const Lanes value = load(x + at, count);
    const Normal normal = normalAt(value);
    store(dx + at, load(dy + at, count) * (normal.share + value * normal.density), count);
  });
}

struct Norm {
  bool centred;
  float epsilon;
};

/** Rows of x standardised, scaled and shifted; `stats` are the mean and the reciprocal of the deviation of each. */
void normOf(const Norm &norm, const float *x, const float *scale, const float *offset, float *y, float *stats,
            int64_t rows, int64_t width) {
  for (int64_t row = 0; row < rows; row++, x += width, y += width, stats += 2) {
    float mean = 0;
    if (!norm.centred) {
      Lanes sum = {};
      byVectors(width, [&](int64_t at, int64_t count) ALWAYS_INLINE { sum += load(x + at, count); });
      mean = sumOf(sum) / width;
    }
    Lanes squares = {};
    byVectors(width, [&](int64_t at, int64_t count) ALWAYS_INLINE {
      Lanes from = load(x + at, count) - mean;
      if (count < LANES)
        for (int64_t lane = count; lane < LANES; lane++) from[lane] = 0;
      squares += from * from;
    });
    const float reciprocal = 1 / std::sqrt(sumOf(squares) / width + norm.epsilon);
    byVectors(width, [&](int64_t at, int64_t count) ALWAYS_INLINE {
      const Lanes standard = (load(x + at, count) - mean) * reciprocal;
      store(y + at, standard * load(scale + at, count) + load(offset + at, count), count);
    });
    stats[0] = mean;
    stats[1] = reciprocal;
  }
}

/**
 * With y standardised by r and a gradient dy of the result, x has r * (dy scale - mean(dy scale) - y * mean(dy y scale)).
 * `sums` are added to: of dy y, then of dy, over the rows.
 */
void normGradientOf(const Norm &norm, const float *dy, const float *x, const float *scale, const float *stats,
                    float *dx, float *sums, int64_t rows, int64_t width) {
  for (int64_t row = 0; row < rows; row++, dy += width, x += width, dx += width, stats += 2) {
    const float mean = stats[0], reciprocal = stats[1];
    Lanes along = {}, across = {};
    byVectors(width, [&](int64_t at, int64_t count) ALWAYS_INLINE {
      const Lanes standard = (load(x + at, count) - mean) * reciprocal;
      const Lanes slope = load(dy + at, count);
      const Lanes product = slope * standard;
      const Lanes factor = load(scale + at, count);
      along += product * factor;
      across += slope * factor;
      store(sums + at, load(sums + at, count) + product, count);
      store(sums + width + at, load(sums + width + at, count) + slope, count);
    });
    const float alongMean = sumOf(along) / width;
    const float acrossMean = norm.centred ? 0 : sumOf(across) / width;
    byVectors(width, [&](int64_t at, int64_t count) ALWAYS_INLINE {
      const Lanes standard = (load(x + at, count) - mean) * reciprocal;
      store(dx + at, (load(dy + at, count) * load(scale + at, count) - acrossMean - standard * alongMean) * reciprocal, count);
    });
  }
}

#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif

bool processorFits() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return true;
#endif
}

float *numbers(const TF_Tensor *tensor) { return static_cast<float *>(TF_TensorData(tensor)); }

/** What an operation is given and gives; freed with it. The first failure is the operation's. */
class Call {
 public:
  explicit Call(TF_OpKernelContext *context) : context_(context), status_(TF_NewStatus()) {}
  ~Call() {
    if (!ok()) TF_OpKernelContext_Failure(context_, status_);
    for (TF_Tensor *tensor : tensors_)
      if (tensor) TF_DeleteTensor(tensor);
    TF_DeleteStatus(status_);
  }

  bool ok() const { return TF_GetCode(status_) == TF_OK; }
  void fail(const char *why) {
    if (ok()) TF_SetStatus(status_, TF_INVALID_ARGUMENT, why);
  }

  TF_Tensor *input(int index) {
    TF_Tensor *tensor = nullptr;
    if (ok()) TF_GetInput(context_, index, &tensor, status_);
    return keep(tensor);
  }

  TF_Tensor *outputLike(int index, const TF_Tensor *like) { return output(index, shapeOf(like)); }

  /** The gradient `dx` of `x` as output 0 beside that of the result, input 0: in its memory where nobody else needs it. */
  struct Gradient {
    const float *dy;
    float *dx;
  };
  Gradient gradientOf(const TF_Tensor *x) {
    if (!ok()) return {};
    const std::vector<int64_t> shape = shapeOf(x);
    const int candidate = 0;
    int forwarded = -1;
    // Before the input is asked for: whoever holds it counts as somebody who needs it.
    const TF_Tensor *dx = keep(TF_ForwardInputOrAllocateOutput(context_, &candidate, 1, 0, shape.data(),
                                                               static_cast<int>(shape.size()), &forwarded, status_));
    if (!ok()) return {};
    float *to = numbers(dx);
    if (forwarded == candidate) return {to, to};
    const TF_Tensor *dy = input(candidate);
    if (ok() && shapeOf(dy) != shape) fail("dy and x differ in shape");
    return {ok() ? numbers(dy) : nullptr, to};
  }

  TF_Tensor *output(int index, const std::vector<int64_t> &shape) {
    int64_t count = 1;
    for (const int64_t side : shape) count *= side;
    TF_Tensor *tensor = nullptr;
    if (ok())
      tensor = TF_AllocateOutput(context_, index, TF_FLOAT, shape.data(), static_cast<int>(shape.size()),
                                 count * sizeof(float), status_);
    return keep(tensor);
  }

 private:
  static std::vector<int64_t> shapeOf(const TF_Tensor *tensor) {
    std::vector<int64_t> shape(TF_NumDims(tensor));
    for (size_t axis = 0; axis < shape.size(); axis++) shape[axis] = TF_Dim(tensor, static_cast<int>(axis));
    return shape;
  }

  TF_Tensor *keep(TF_Tensor *tensor) {
    tensors_.push_back(tensor);
    return tensor;
  }

  TF_OpKernelContext *context_;
  TF_Status *status_;
  std::vector<TF_Tensor *> tensors_;
};

void gelu(void *, TF_OpKernelContext *context) {
  Call call(context);
  const TF_Tensor *x = call.input(0);
  const TF_Tensor *y = call.ok() ? call.outputLike(0, x) : nullptr;
  if (!call.ok()) return;
  inPieces(TF_TensorElementCount(x), CHUNK,
           [&](int64_t from, int64_t to) { geluOf(numbers(x) + from, numbers(y) + from, to - from); });
}

void geluGradient(void *, TF_OpKernelContext *context) {
  Call call(context);
  const TF_Tensor *x = call.input(1);
  const auto [dy, dx] = call.gradientOf(x);
  if (!call.ok()) return;
  inPieces(TF_TensorElementCount(x), CHUNK, [&, dy = dy, dx = dx](int64_t from, int64_t to) {
    geluGradientOf(dy + from, numbers(x) + from, dx + from, to - from);
  });
}

struct Rows {
  int64_t count, width, each;
};

Rows rowsOf(const TF_Tensor *x) {
  const int axes = TF_NumDims(x);
  const int64_t width = axes > 0 ? TF_Dim(x, axes - 1) : 0;
  return {width > 0 ? TF_TensorElementCount(x) / width : 0, width, width < CHUNK ? CHUNK / (width > 0 ? width : 1) : 1};
}

void layerNorm(void *norm, TF_OpKernelContext *context) {
  Call call(context);
  const TF_Tensor *x = call.input(0), *scale = call.input(1), *offset = call.input(2);
  if (!call.ok()) return;
  const Rows rows = rowsOf(x);
  if (TF_TensorElementCount(scale) != rows.width || TF_TensorElementCount(offset) != rows.width)
    call.fail("scale and offset are not as wide as x");
  const TF_Tensor *y = call.ok() ? call.outputLike(0, x) : nullptr;
  const TF_Tensor *stats = call.output(1, {rows.count, 2});
  if (!call.ok()) return;
  inPieces(rows.count, rows.each, [&](int64_t from, int64_t to) {
    normOf(*static_cast<Norm *>(norm), numbers(x) + from * rows.width, numbers(scale), numbers(offset),
           numbers(y) + from * rows.width, numbers(stats) + from * 2, to - from, rows.width);
  });
}

void layerNormGradient(void *norm, TF_OpKernelContext *context) {
  Call call(context);
  const TF_Tensor *x = call.input(1), *scale = call.input(2), *stats = call.input(3);
  if (!call.ok()) return;
  const Rows rows = rowsOf(x);
  const int64_t width = rows.width;
  if (TF_TensorElementCount(scale) != width || TF_TensorElementCount(stats) != rows.count * 2)
    call.fail("scale or stats do not fit x");
  const auto [dy, dx] = call.gradientOf(x);
  const TF_Tensor *scaleGradient = call.output(1, {width}), *offsetGradient = call.output(2, {width});
  if (!call.ok()) return;
  std::vector<float> sums((rows.count + rows.each - 1) / rows.each * 2 * width);
  inPieces(rows.count, rows.each, [&, dy = dy, dx = dx](int64_t from, int64_t to) {
    normGradientOf(*static_cast<Norm *>(norm), dy + from * width, numbers(x) + from * width, numbers(scale),
                   numbers(stats) + from * 2, dx + from * width, sums.data() + from / rows.each * 2 * width, to - from,
                   width);
  });
  std::vector<double> totals(2 * width);
  for (size_t at = 0; at < sums.size(); at++) totals[at % (2 * width)] += sums[at];
  for (int64_t at = 0; at < width; at++) {
    numbers(scaleGradient)[at] = static_cast<float>(totals[at]);
    numbers(offsetGradient)[at] = static_cast<float>(totals[width + at]);
  }
}

void *createNorm(TF_OpKernelConstruction *construction) {
  Norm *norm = new Norm();
  TF_Status *status = TF_NewStatus();
  TF_Bool centred = 0;
  TF_OpKernelConstruction_GetAttrBool(construction, "centred", &centred, status);
  if (TF_GetCode(status) == TF_OK) TF_OpKernelConstruction_GetAttrFloat(construction, "epsilon", &norm->epsilon, status);
  norm->centred = centred != 0;
  if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
  TF_DeleteStatus(status);
  return norm;
}

void deleteNorm(void *norm) { delete static_cast<Norm *>(norm); }

/** The first output is like the first input; the shapes of others are left open. */
void shapeLikeFirst(TF_ShapeInferenceContext *context, TF_Status *status) {
  TF_ShapeInferenceContextSetUnknownShape(context, status);
  TF_ShapeHandle *shape = TF_NewShapeHandle();
  TF_ShapeInferenceContextGetInput(context, 0, shape, status);
  if (TF_GetCode(status) == TF_OK) TF_ShapeInferenceContextSetOutput(context, 0, shape, status);
  TF_DeleteShapeHandle(shape);
}

struct Operation {
  const char *name;
  std::vector<const char *> inputs, outputs, attributes;
  void *(*create)(TF_OpKernelConstruction *);
  void (*compute)(void *, TF_OpKernelContext *);
  void (*destroy)(void *);
};

bool registerOperation(const Operation &operation) {
  TF_Status *status = TF_NewStatus();
  TF_OpDefinitionBuilder *definition = TF_NewOpDefinitionBuilder(operation.name);
  for (const char *attribute : operation.attributes) TF_OpDefinitionBuilderAddAttr(definition, attribute);
  for (const char *input : operation.inputs) TF_OpDefinitionBuilderAddInput(definition, input);
  for (const char *output : operation.outputs) TF_OpDefinitionBuilderAddOutput(definition, output);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(definition, shapeLikeFirst);
  TF_RegisterOpDefinition(definition, status);
  if (TF_GetCode(status) == TF_OK)
    TF_RegisterKernelBuilder(
        operation.name,
        TF_NewKernelBuilder(operation.name, "CPU", operation.create, operation.compute, operation.destroy), status);
  const bool registered = TF_GetCode(status) == TF_OK;
  TF_DeleteStatus(status);
  return registered;
}

const std::vector<const char *> NORM_ATTRIBUTES = {"centred: bool", "epsilon: float"};
// Static: TensorFlow has no other moment for it when an addon is loaded.
const bool REGISTERED =
    processorFits() &&
    registerOperation({"ModalkitGelu", {"x: float"}, {"y: float"}, {}, nullptr, gelu, nullptr}) &&
    registerOperation({"ModalkitGeluGrad", {"dy: float", "x: float"}, {"dx: float"}, {}, nullptr, geluGradient, nullptr}) &&
    registerOperation({"ModalkitLayerNorm",
                       {"x: float", "scale: float", "offset: float"},
                       {"y: float", "stats: float"},
                       NORM_ATTRIBUTES,
                       createNorm,
                       layerNorm,
                       deleteNorm}) &&
    registerOperation({"ModalkitLayerNormGrad",
                       {"dy: float", "x: float", "scale: float", "stats: float"},
                       {"dx: float", "scale_gradient: float", "offset_gradient: float"},
                       NORM_ATTRIBUTES,
                       createNorm,
                       layerNormGradient,
                       deleteNorm});

}  // namespace
