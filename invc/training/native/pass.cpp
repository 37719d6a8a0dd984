// The rule of `stream`; invc/training/stream/reference.py states it and is equal bit for bit.
// Phases alternate between all threads at a barrier; each works on rows or samples of its own, so
// that results are the same whatever their number.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <mutex>
#include <thread>
#include <vector>
#include <condition_variable>

#include "contrast.h"

namespace {

static std::uint64_t mixed(std::uint64_t z) {  // splitmix64's finaliser
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

// 64 bits, each 1 with probability drop / 256: a random byte a bit, its planes compared from the
// least significant one up, is less than drop.
static std::uint64_t dropped(std::uint64_t key, std::uint64_t place, std::int64_t drop) {
  std::uint64_t less = 0;
  for (int plane = 0; plane < 8; ++plane) {
    const std::uint64_t r = mixed(key + 0x9e3779b97f4a7c15ull * (8 * place + plane + 1));
    less = drop >> plane & 1 ? ~r | less : ~r & less;
  }
  return less;
}

// 64 random signs for the neurons of a layer, numbered from 0.
static std::uint64_t signs(std::uint64_t key, std::int64_t layer, std::uint64_t place) {
  return mixed(mixed(key + std::uint64_t(layer) + 1) + 0x9e3779b97f4a7c15ull * (place + 1));
}

struct Spread {  // eight bits as eight bytes of 0 or 1
  std::array<std::uint64_t, 256> bytes;
  Spread() {
    for (int b = 0; b < 256; ++b) {
      bytes[b] = 0;
      for (int i = 0; i < 8; ++i) bytes[b] |= std::uint64_t(b >> i & 1) << 8 * i;
    }
  }
};
static const Spread SPREAD;

static void spread(const Layer& layer, const std::uint64_t* x, std::int8_t* out) {
  for (std::int64_t k = 0; k < 8 * layer.words; ++k) {
    const std::uint64_t bytes = SPREAD.bytes[x[k >> 3] >> 8 * (k & 7) & 255];
    std::memcpy(out + 8 * k, &bytes, 8);
  }
  if (!layer.both) return;
  for (std::int64_t i = 0; i < layer.inputs; ++i) out[i] = std::int8_t(2 * out[i] - 1);
}

// Counts where there is a wire, 0 elsewhere.
static void keep_wired(const std::uint64_t* wires, std::int64_t words, std::int8_t* count) {
  for (std::int64_t k = 0; k < 8 * words; ++k) {
    std::uint64_t bytes;
    std::memcpy(&bytes, count + 8 * k, 8);
    bytes &= SPREAD.bytes[wires[k >> 3] >> 8 * (k & 7) & 255] * 255;
    std::memcpy(count + 8 * k, &bytes, 8);
  }
}

class Barrier {
 public:
  explicit Barrier(std::int64_t count) : count_(count) {}
  void wait() {
    if (count_ == 1) return;
    const std::uint64_t turn = turn_.load(std::memory_order_acquire);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == count_) {
      arrived_.store(0, std::memory_order_relaxed);
      {
        std::lock_guard<std::mutex> lock(mutex_);
        turn_.store(turn + 1, std::memory_order_release);
      }
      wake_.notify_all();
      return;
    }
    for (int k = 0; k < 2000; ++k)
      if (turn_.load(std::memory_order_acquire) != turn) return;
    std::unique_lock<std::mutex> lock(mutex_);
    wake_.wait(lock, [&] { return turn_.load(std::memory_order_acquire) != turn; });
  }

 private:
  const std::int64_t count_;
  std::atomic<std::int64_t> arrived_{0};
  std::atomic<std::uint64_t> turn_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
};

struct Share {
  std::int64_t first, last;
};

// Part `part` of `parts` of so many things, in multiples of `grain`.
static Share share(std::int64_t things, std::int64_t part, std::int64_t parts, std::int64_t grain) {
  const std::int64_t lumps = (things + grain - 1) / grain;
  return {std::min(things, lumps * part / parts * grain),
          std::min(things, lumps * (part + 1) / parts * grain)};
}

// What a batch keeps of a layer.
struct Slate {
  std::vector<std::int32_t> fields;          // batch x neurons
  std::vector<std::uint64_t> state, up, down, noise;  // batch x words of the neurons
  std::vector<std::int8_t> inputs;           // batch x 64 words of the inputs
};

class Pass {
 public:
  Pass(const Loops& loops, const Network& network, const Samples& samples,
       const Settings& settings)
      : loops_(loops), net_(network), samples_(samples), set_(settings), barrier_(settings.threads),
        slates_(network.layers.size()), tallies_(settings.threads) {
    const std::int64_t batch = settings.batch;
    inputs_.resize(batch * network.layers[0].words);
    for (std::size_t l = 0; l < slates_.size(); ++l) {
      const Layer& layer = network.layers[l];
      const std::int64_t words = (layer.neurons + 63) / 64;
      slates_[l].fields.resize(batch * layer.neurons);
      for (auto* bits : {&slates_[l].state, &slates_[l].up, &slates_[l].down, &slates_[l].noise})
        bits->resize(batch * words);
      slates_[l].inputs.resize(batch * 64 * layer.words);
    }
  }

  Tally run() {
    std::vector<std::thread> others;
    for (std::int64_t t = 1; t < set_.threads; ++t) others.emplace_back([this, t] { work(t); });
    work(0);
    for (std::thread& other : others) other.join();
    Tally sum;
    for (const Tally& tally : tallies_) {
      sum.gated += tally.gated;
      sum.contrasts += tally.contrasts;
      sum.flips += tally.flips;
    }
    return sum;
  }

 private:
  void work(std::int64_t part) {
    for (std::int64_t first = 0; first < samples_.count; first += set_.batch) {
      const std::int64_t size = std::min(set_.batch, samples_.count - first);
      const Share mine = share(size, part, set_.threads, 1);
      for (std::int64_t q = mine.first; q < mine.last; ++q) take(q, samples_.order[first + q]);
      barrier_.wait();
      for (std::size_t l = 0; l < slates_.size(); ++l) {
        settle(l, size, part);
        barrier_.wait();
      }
      for (std::int64_t q = mine.first; q < mine.last; ++q)
        contrast(q, samples_.labels[samples_.order[first + q]], tallies_[part]);
      barrier_.wait();
      for (std::size_t l = 0; l < slates_.size(); ++l) learn(l, size, part);
      barrier_.wait();
    }
  }

  const std::uint64_t* below(std::size_t l, std::int64_t q) const {
    const std::int64_t words = net_.layers[l].words;
    return (l ? slates_[l - 1].state.data() : inputs_.data()) + q * words;
  }

  // The inputs of a sample, some of them dropped.
  void take(std::int64_t q, std::int64_t sample) {
    const std::int64_t words = net_.layers[0].words;
    const std::uint64_t* x = samples_.inputs + sample * words;
    std::uint64_t* mine = inputs_.data() + q * words;
    for (std::int64_t k = 0; k < words; ++k)
      mine[k] = set_.drop ? x[k] & ~dropped(set_.key, sample * words + k, set_.drop) : x[k];
    for (std::size_t l = 0; l < slates_.size(); ++l) {
      const std::int64_t many = (net_.layers[l].neurons + 63) / 64;
      if (!net_.layers[l].noise) continue;
      for (std::int64_t k = 0; k < many; ++k)
        slates_[l].noise[q * many + k] = signs(set_.key, std::int64_t(l), sample * many + k);
    }
  }

  // Fields and states of a layer for all samples of the batch, neurons in words of 64.
  void settle(std::size_t l, std::int64_t size, std::int64_t part) {
    const Layer& layer = net_.layers[l];
    const Share rows = share(layer.neurons, part, set_.threads, 64);
    const std::int64_t words = (layer.neurons + 63) / 64;
    for (std::int64_t q = 0; q < size; ++q)
      loops_.settle(layer, below(l, q), rows.first, rows.last,
                    layer.noise ? slates_[l].noise.data() + q * words : nullptr,
                    slates_[l].fields.data() + q * layer.neurons,
                    slates_[l].state.data() + q * words);
  }

  // The two phases of one sample, from the outputs down: where neurons differ between them.
  void contrast(std::int64_t q, std::int64_t label, Tally& tally) {
    for (std::size_t l = 0; l < slates_.size(); ++l) {
      const std::int64_t words = (net_.layers[l].neurons + 63) / 64;
      std::fill_n(slates_[l].up.data() + q * words, words, 0);
      std::fill_n(slates_[l].down.data() + q * words, words, 0);
    }
    const std::size_t top = slates_.size() - 1;
    const std::uint64_t* state = slates_[top].state.data() + q * net_.words;
    const std::int64_t neurons = net_.layers[top].neurons;
    std::int64_t rival = -1, most = 0, own = 0;
    for (std::int64_t c = 0; c < net_.classes; ++c) {
      const std::int64_t o = loops_.output(
          state, net_.code + c * net_.words, net_.words, neurons);
      if (c == label) own = o;
      else if (rival < 0 || o > most) rival = c, most = o;
    }
    if (own - most >= set_.margin) return;
    ++tally.gated;
    const std::uint64_t* on = net_.code + label * net_.words;
    const std::uint64_t* off = net_.code + rival * net_.words;
    for (std::int64_t k = 0; k < net_.words; ++k) {
      const std::uint64_t differ = on[k] ^ off[k];
      pull(top, q, k, differ & on[k], differ & off[k], tally);
    }
    for (std::size_t l = top; l > 0; --l) pull_below(l, q, tally);
    for (std::size_t l = 0; l <= top; ++l)
      spread(net_.layers[l], below(l, q), slates_[l].inputs.data() + q * 64 * net_.layers[l].words);
  }

  // Word k of the neurons of a layer: some are pulled up in the first phase and down in the second,
  // others the other way round.
  void pull(std::size_t l, std::int64_t q, std::int64_t k, std::uint64_t up, std::uint64_t down,
            Tally& tally) {
    const Layer& layer = net_.layers[l];
    const std::int64_t words = (layer.neurons + 63) / 64;
    const std::int32_t* fields = slates_[l].fields.data() + q * layer.neurons + 64 * k;
    if (set_.phases == 1) {
      settle_once(l, q, k, up, down, tally);
      return;
    }
    std::uint64_t near = 0;
    for (std::uint64_t left = up | down; left; left &= left - 1) {
      const int j = __builtin_ctzll(left);
      near |= std::uint64_t(fields[j] >= -layer.pull && fields[j] < layer.pull) << j;
    }
    slates_[l].up[q * words + k] = up & near;
    slates_[l].down[q * words + k] = down & near;
    tally.contrasts += __builtin_popcountll(near);
  }

  // The same of one phase: every neuron is to go on to where the label lets it settle, by the pull.
  void settle_once(std::size_t l, std::int64_t q, std::int64_t k, std::uint64_t up,
                   std::uint64_t down, Tally& tally) {
    const Layer& layer = net_.layers[l];
    const std::int64_t words = (layer.neurons + 63) / 64;
    const std::int32_t* fields = slates_[l].fields.data() + q * layer.neurons + 64 * k;
    std::uint64_t on = 0, off = 0;
    for (int j = 0; j < 64 && 64 * k + j < layer.neurons; ++j) {
      const std::int64_t pulled = up >> j & 1 ? layer.pull : down >> j & 1 ? -layer.pull : 0;
      const bool high = fields[j] + pulled >= 0;
      on |= std::uint64_t(high && fields[j] < layer.pull) << j;
      off |= std::uint64_t(!high && fields[j] >= -layer.pull) << j;
    }
    slates_[l].up[q * words + k] = on;
    slates_[l].down[q * words + k] = off;
    tally.contrasts += __builtin_popcountll(on | off);
  }

  // The neurons below layer l, pulled by those of layer l that differ.
  void pull_below(std::size_t l, std::int64_t q, Tally& tally) {
    const Layer& layer = net_.layers[l];
    const std::int64_t words = (layer.neurons + 63) / 64;
    std::vector<std::int32_t> drive(64 * layer.words, 0);
    for (std::int64_t k = 0; k < words; ++k) {
      const std::uint64_t up = slates_[l].up[q * words + k], down = slates_[l].down[q * words + k];
      for (std::uint64_t left = up | down; left; left &= left - 1) {
        const int bit = __builtin_ctzll(left);
        const std::uint64_t* w = layer.weights + (64 * k + bit) * layer.words;
        const std::int32_t sign = up >> bit & 1 ? 1 : -1;
        const std::uint64_t* there = layer.wires ? layer.wires + (64 * k + bit) * layer.words : 0;
        for (std::int64_t m = 0; m < layer.words; ++m)
          for (int i = 0; i < 64; ++i)
            if (!there || there[m] >> i & 1) drive[64 * m + i] += w[m] >> i & 1 ? sign : -sign;
      }
    }
    for (std::int64_t m = 0; m < layer.words; ++m) {
      std::uint64_t up = 0, down = 0;
      for (int i = 0; i < 64 && 64 * m + i < layer.inputs; ++i) {
        up |= std::uint64_t(drive[64 * m + i] > 0) << i;
        down |= std::uint64_t(drive[64 * m + i] < 0) << i;
      }
      pull(l - 1, q, m, up, down, tally);
    }
  }

  // The accumulators of a layer step by the sign of what the batch says, neuron by neuron.
  void learn(std::size_t l, std::int64_t size, std::int64_t part) {
    const Layer& layer = net_.layers[l];
    const Slate& slate = slates_[l];
    const Share rows = share(layer.neurons, part, set_.threads, 1);
    const std::int64_t words = (layer.neurons + 63) / 64, width = 64 * layer.words;
    std::vector<std::int8_t> count(width);
    for (std::int64_t j = rows.first; j < rows.last; ++j) {
      bool any = false;
      for (std::int64_t q = 0; q < size; ++q) {
        const std::uint64_t up = slate.up[q * words + (j >> 6)] >> (j & 63) & 1;
        const std::uint64_t down = slate.down[q * words + (j >> 6)] >> (j & 63) & 1;
        if (!(up | down)) continue;
        if (!any) std::fill(count.begin(), count.end(), std::int8_t(0));
        any = true;
        (up ? loops_.add : loops_.subtract)(count.data(), slate.inputs.data() + q * width, width);
      }
      if (!any) continue;
      if (layer.wires) keep_wired(layer.wires + j * layer.words, layer.words, count.data());
      tallies_[part].flips += loops_.step(layer, j, count.data(), set_.step, set_.limit);
    }
  }

  const Loops& loops_;
  const Network& net_;
  const Samples& samples_;
  const Settings& set_;
  Barrier barrier_;
  std::vector<Slate> slates_;
  std::vector<Tally> tallies_;
  std::vector<std::uint64_t> inputs_;
};

}  // namespace

Tally pass(const Loops& loops, const Network& network, const Samples& samples,
           const Settings& settings) {
  return Pass(loops, network, samples, settings).run();
}

void forward(const Loops& loops, const Network& network, const Samples& samples,
             std::int64_t threads, std::int32_t* outputs) {
  auto work = [&](std::int64_t part) {
    std::vector<std::uint64_t> now, next;
    const Share mine = share(samples.count, part, threads, 1);
    for (std::int64_t s = mine.first; s < mine.last; ++s) {
      const std::int64_t width = network.layers[0].words;
      now.assign(samples.inputs + s * width, samples.inputs + (s + 1) * width);
      for (const Layer& layer : network.layers) {
        next.assign((layer.neurons + 63) / 64, 0);
        loops.settle(layer, now.data(), 0, layer.neurons, nullptr, nullptr, next.data());
        now.swap(next);
      }
      for (std::int64_t c = 0; c < network.classes; ++c)
        outputs[s * network.classes + c] =
            std::int32_t(loops.output(now.data(), network.code + c * network.words, network.words,
                                      network.layers.back().neurons));
    }
  };
  std::vector<std::thread> others;
  for (std::int64_t t = 1; t < threads; ++t) others.emplace_back(work, t);
  work(0);
  for (std::thread& other : others) other.join();
}
