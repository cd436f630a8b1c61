import Foundation
import LanguageModels
import Recipes
import Tensors
import Training

/// Prints what a training step and an evaluation would gain from more cores than there are.
///
/// Every number of threads has its own tiles, which one thread computes one after another; the rest is simulated
/// (``ScalingSimulation``). Of a training, few layers are computed and counted as often as the model has layers.
enum ScalingProfile {
  private static let threadCounts = [2, 4, 8, 16, 32, 64]
  private static let listed = [16, 64]

  /// `waking` is what waking a thread takes, in seconds; nil measures it.
  static func run(waking: Double?) throws {
    let waking = waking ?? wakingTime()
    print(String(format: "waking a thread: %.0f microseconds\n", waking * 1e6))
    for shape in [ProfiledShape.smollm2(layers: 3), .gemma3] {
      try report(shape, "training", waking) { try training(shape, threads: $0, waking: $1) }
    }
    let shape = ProfiledShape.smollm2(layers: 30)
    try report(shape, "evaluation", waking) { try evaluation(shape, threads: $0, waking: $1) }
  }

  private static func report(
    _ shape: ProfiledShape, _ work: String, _ waking: Double,
    simulate: (_ threads: Int, _ waking: Double) throws -> ScalingSimulation
  ) throws {
    let alone = try simulate(1, waking).total.elapsed
    print("\(shape.name), \(work)")
    print("  threads       time    times   computing   one alone   waiting in loops")
    print(String(format: "  %7d %8.0f ms", 1, 1000 * alone))
    for threads in threadCounts {
      let simulation = try simulate(threads, waking)
      let (total, count) = (simulation.total, Double(threads))
      func share(_ value: Double) -> Double { 100 * value / (count * total.elapsed) }
      print(
        String(
          format: "  %7d %8.0f ms  %7.1f  %8.1f %%  %8.1f %%  %8.1f %%", threads,
          1000 * total.elapsed, alone / total.elapsed, share(total.tiles + total.serial),
          share((count - 1) * total.serial),
          share(total.waiting(threads) - (count - 1) * total.serial)))
      guard listed.contains(threads) else { continue }
      for (name, part) in simulation.parts.sorted(by: {
        $0.value.waiting(threads) > $1.value.waiting(threads)
      }).prefix(12) {
        print(
          String(
            format: "      %5.1f %% waiting, %5.1f ms of %6.1f ms computed, %5.1f ms alone: ",
            share(part.waiting(threads)), 1000 * part.elapsed, 1000 * part.tiles,
            1000 * part.serial) + name)
      }
    }
    print()
  }

  // MARK: - Work

  private static func training(
    _ shape: ProfiledShape, threads: Int, waking: Double
  ) throws -> ScalingSimulation {
    let trainer = try shape.trainer(threads: threads, steps: 2, precision: .float32)
    // The first step touches memory for the first time.
    _ = try trainer.step()
    var simulation = ScalingSimulation(threads: threads, waking: waking)
    let recorder = LoopRecorder()
    trainer.observer = { operation, _ in
      let (name, count) = shape.part(operation)
      simulation.add(recorder.take(), to: name, count: count)
    }
    Parallel.recorder = recorder
    defer { Parallel.recorder = nil }
    _ = try trainer.step()
    trainer.observer = nil
    simulation.add(recorder.take(), to: "end", count: 1)
    return simulation
  }

  /// Scores one document of four answers after the other, as many as a pass takes.
  private static func evaluation(
    _ shape: ProfiledShape, threads: Int, waking: Double
  ) throws -> ScalingSimulation {
    let engine = InferenceEngine(model: shape.model(), threads: threads)
    func documents(_ number: Int) -> [[ScoringRequest]] {
      (0..<12).map { document in
        let prompt = shape.tokens(count: 120, seed: 100 * number + document)
        return (0..<4).map { answer in
          ScoringRequest(
            tokens: prompt + shape.tokens(count: 12, seed: 1000 + 4 * document + answer),
            continuationCount: 12)
        }
      }
    }
    try engine.score(documents(1))
    var simulation = ScalingSimulation(threads: threads, waking: waking)
    let recorder = LoopRecorder()
    Parallel.recorder = recorder
    defer { Parallel.recorder = nil }
    try engine.score(documents(2))
    simulation.add(recorder.take(), to: "all", count: 1)
    return simulation
  }

  /// Seconds that a loop on two threads takes longer than its tiles: of many loops, since others compute here too, what
  /// one in ten stays below.
  private static func wakingTime() -> Double {
    let tile = 50e-6
    let times = (0..<500).map { _ in
      usleep(200)
      let start = ContinuousClock.now
      Parallel.perform(tiles: 2, threads: 2) { _ in
        let begin = ContinuousClock.now
        while (ContinuousClock.now - begin) / .seconds(1) < tile {}
      }
      return (ContinuousClock.now - start) / .seconds(1) - tile
    }
    return times.sorted()[times.count / 10]
  }
}
