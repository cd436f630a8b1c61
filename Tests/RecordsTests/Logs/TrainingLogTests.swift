import Files
import Foundation
import TestSupport
import Testing

@testable import Records

@Suite("Comparing training logs")
struct TrainingLogTests {
  private func recorded(_ a: String, _ b: String) throws -> TrainingLogDifference {
    let difference = try LogComparison.compare(
      LogFixtures.trainer(a), LogFixtures.trainer(b))
    guard case .training(let training) = difference else {
      throw LogError(.unknownKind, "\(difference) is not of training logs.")
    }
    return training
  }

  @Test(
    "A log is identical with itself, with its NaN and its infinity",
    arguments: ["batch", "diverged"])
  func identical(run: String) throws {
    let difference = try recorded(run, run)
    #expect(difference.isIdentical && difference.first == nil && difference.firstValue == nil)
    #expect(difference.stepsCompared == 6 && difference.stepsDiffering == 0)
    #expect(
      difference.keys.map(\.name) == ["epoch", "eval_loss", "grad_norm", "learning_rate", "loss"])
    #expect(
      difference.ignoredKeys
        == ["eval_runtime", "eval_samples_per_second", "eval_steps_per_second"])
    #expect(difference.text.plain.hasPrefix("The training logs are identical: 6 steps of epoch,"))
  }

  @Test("Accumulating a batch in two parts is found at the step and by the one ulp where it shows")
  func accumulated() throws {
    let difference = try recorded("batch", "accumulated")
    let first = try #require(difference.first)
    #expect(first.step == 5 && first.key == "loss")
    #expect(first.difference.a == 0.9695352911949158)
    #expect(first.difference.b == 0.9695353507995605)
    #expect(first.difference.distance?.singleUlps == 1)
    #expect(difference.stepsCompared == 6 && difference.stepsDiffering == 2)
    #expect(difference.keys.filter(\.differs).map(\.name) == ["eval_loss", "loss"])
    #expect(difference.otherFields.map(\.path) == ["train_batch_size"])
    #expect(
      difference.text.plain.hasPrefix(
        "The training logs differ first at step 5, in loss: 0.9695352911949158 against 0.9695353507995605, a distance of 6e-08 (relative 6.1e-08; 1 ulp of fp32, 536870912 of fp64).\n"
      ))
    #expect(difference.files.a.choice == "the last of 2 checkpoints")
    #expect(difference.files.a.path.hasSuffix("batch/checkpoint-6/trainer_state.json"))
  }

  @Test("A checkpoint in the middle agrees as far as it goes")
  func shorter() throws {
    let difference = try recorded("batch", "batch/checkpoint-3")
    #expect(difference.first?.step == 4 && difference.first?.key == nil)
    #expect(difference.firstValue == nil)
    #expect(difference.stepsOnlyInA == [4, 5, 6] && difference.stepsOnlyInB == [])
    #expect(
      difference.text.plain.hasPrefix(
        "The training logs differ first at step 4, which only A has.\n"))
  }

  @Test("Within a step the loss comes before the gradient, and both after what was fed")
  func causalOrder() throws {
    let folder = try TemporaryFolder()
    let entries = { (loss: Int, norm: Int, tokens: Int) in
      [#"{"grad_norm": \#(norm), "loss": \#(loss), "tokens/total": \#(tokens), "step": 1}"#]
    }
    let all = try folder.compareTraining(entries(1, 2, 3), entries(4, 5, 6))
    #expect(all.first?.key == "tokens/total")
    let loss = try folder.compareTraining(entries(1, 2, 3), entries(4, 5, 3))
    #expect(loss.first?.key == "loss")
    let norm = try folder.compareTraining(entries(1, 2, 3), entries(1, 5, 3))
    #expect(norm.first?.key == "grad_norm")
  }

  @Test("Steps are taken in order of their numbers, with all entries of a step together")
  func severalEntries() throws {
    let folder = try TemporaryFolder()
    let train = #"{"loss": 1.5, "epoch": 0.5, "step": 10}"#
    let evaluation = #"{"eval_loss": 1.25, "epoch": 0.5, "step": 10}"#
    let late = #"{"loss": 1, "step": 20}"#
    let same = try folder.compareTraining([train, evaluation, late], [late, evaluation, train])
    #expect(same.isIdentical)
    let missing = try folder.compareTraining([train, evaluation, late], [train, late])
    #expect(missing.first?.step == 10 && missing.first?.key == "eval_loss")
    #expect(missing.first?.difference.a == 1.25 && missing.first?.difference.b == nil)
    #expect(missing.keys.first { $0.name == "eval_loss" }?.stepsOnlyInA == 1)
    // A loss that a resumed run logged twice is two values.
    let twice = try folder.compareTraining([train, #"{"loss": 2, "step": 10}"#], [train])
    #expect(twice.first?.difference.path == "loss[1]")
    #expect(twice.first?.difference.b == nil)
  }

  @Test("A missing key and the first differing value are told apart")
  func missingKey() throws {
    let folder = try TemporaryFolder()
    let difference = try folder.compareTraining(
      [#"{"loss": 1, "ppl": Infinity, "step": 1}"#, #"{"loss": 2, "step": 2}"#],
      [#"{"loss": 1, "step": 1}"#, #"{"loss": NaN, "step": 2}"#])
    #expect(difference.first?.step == 1 && difference.first?.key == "ppl")
    #expect(difference.firstValue?.step == 2 && difference.firstValue?.key == "loss")
    #expect(difference.firstValue?.difference.distance == nil)
    #expect(
      difference.text.plain.split(separator: "\n").prefix(2) == [
        "The training logs differ first at step 1, in ppl: it is only in A (inf).",
        "Values that both have differ first at step 2, in loss: 2 against NaN.",
      ])
  }

  @Test("Clocks and memory are not compared, and it is said which keys those are")
  func measured() throws {
    let folder = try TemporaryFolder()
    let keys = [
      "train_runtime", "train_samples_per_second", "eval_steps_per_second",
      "train_tokens_per_second", "tokens/train_per_sec_per_gpu", "memory/max_active (GiB)",
      "train_mem_gpu_peaked_delta", "eval_model_preparation_time", "step_time",
    ]
    let entry = { (value: Int) in
      [
        "{\(keys.map { "\"\($0)\": \(value)" }.joined(separator: ", ")), \"loss\": 1, \"step\": 1}"
      ]
    }
    let difference = try folder.compareTraining(entry(1), entry(2))
    #expect(difference.isIdentical && difference.keys.map(\.name) == ["loss"])
    #expect(difference.ignoredKeys == keys.sorted())
    for key in ["total_flos", "train_loss", "tokens/total", "num_tokens", "epoch", "entropy"] {
      #expect(!TrainingLogKey.isMeasured(key), "\(key)")
    }
  }

  @Test("Runs that ended at different steps differ even if their last entries agree")
  func differentEnds() throws {
    let folder = try TemporaryFolder()
    let entries = [#"{"loss": 1, "step": 10}"#]
    let difference = try folder.compare(
      LogFixtures.trainerState(entries, ", \"global_step\": 12"),
      LogFixtures.trainerState(entries, ", \"global_step\": 15"))
    #expect(!difference.isIdentical)
    #expect(
      difference.text.plain.hasPrefix(
        "The training logs agree, but A went on to step 12 and B to step 15.\n"))
    #expect(difference.json["first_difference"]?["step"] == 13)
    let onlyOne = try folder.compare(
      LogFixtures.trainerState(entries),
      LogFixtures.trainerState(entries, ", \"global_step\": 15"))
    #expect(!onlyOne.isIdentical)
    #expect(
      onlyOne.text.plain.hasPrefix(
        "The training logs agree, but only B says how many steps the run did: 15.\n"))
    let number = onlyOne.json["first_difference"]?["difference"]?["b"]
    #expect(number == 15 && onlyOne.json["first_difference"]?["difference"]?["a"] == nil)
    #expect(
      logError(.damaged) {
        _ = try folder.compare(
          LogFixtures.trainerState(entries),
          LogFixtures.trainerState(entries, ", \"global_step\": 1.5"))
      }.hasSuffix("global_step must be a whole number from 0 on, found 1.5."))
  }

  @Test("Training logs of which no key was compared are refused, not identical")
  func nothingCompared() throws {
    let folder = try TemporaryFolder()
    #expect(
      logError(.unrelated) { _ = try folder.compareTraining([], []) }
        .hasSuffix(
          "log_history has 0 steps with no values in both; expected values such as the loss."))
    let clocks = [#"{"train_runtime": 1, "step": 1}"#]
    #expect(
      logError(.unrelated) { _ = try folder.compareTraining(clocks, clocks) }
        .contains("1 step with no values but clocks and memory (train_runtime) in both"))
    #expect(try !folder.compareTraining(clocks, []).isIdentical)
  }

  @Test("The JSON holds what the text says, in numbers that every reader takes")
  func json() throws {
    let difference = LogDifference.training(try recorded("batch", "diverged"))
    let bytes = try CanonicalJSON.encode(difference.json)
    let json = try JSONParser.parse(bytes)
    #expect(json["kind"] == "training_log" && json["identical"] == false)
    let first = json["first_difference"]
    #expect(first?["step"] == 1 && first?["key"] == "learning_rate")
    #expect(first?["difference"]?["a"]?.exactValue == 0.01)
    #expect(first?["difference"]?["b"]?.exactValue == 1e19)
    #expect(json["steps"]?["compared"] == 6 && json["steps"]?["differing"] == 6)
    #expect(json["keys"]?.arrayValue?.count == 5)
    #expect(json["first_differing_value"] == first)
  }

  @Test("What is no training log is refused with a sentence that names the place")
  func refused() throws {
    let folder = try TemporaryFolder()
    let good = try folder.write(LogFixtures.trainerState([]), to: "good")
    func message(_ code: LogError.Code, _ text: String) throws -> String {
      let bad = try folder.write(Array(text.utf8), to: "bad")
      return logError(code) { _ = try LogComparison.compare(good, bad) }
    }
    #expect(try message(.unknownKind, "").contains("bad is empty"))
    #expect(try message(.unknownKind, "[1]").contains("does not begin with a JSON object"))
    #expect(try message(.unknownKind, #"{"a": 1}"#).contains(#"with the keys "a"; expected"#))
    #expect(try message(.damaged, #"{"log_history": ["#).contains("bad, line 1, column 18"))
    #expect(
      try message(.damaged, #"{"log_history": [1]}"#)
        .hasSuffix("bad: log_history[0] must be an object, found a number."))
    #expect(
      try message(.damaged, #"{"log_history": [{"step": 1.5}]}"#)
        .hasSuffix("log_history[0].step must be a whole number from 0 on, found 1.5."))
    #expect(
      try message(.damaged, #"{"log_history": [{"loss": nan, "step": 1}]}"#).contains("line 1"))
    let none = logError(.file) { _ = try LogComparison.compare(good, folder.path + "/none") }
    #expect(none.hasPrefix("There is no file or folder"))
    let empty = "\(folder.path)/empty"
    try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
    #expect(
      logError(.unknownKind) { _ = try LogComparison.compare(empty, good) }
        .contains("empty holds nothing; expected a trainer_state.json"))
  }

  @Test("The highest checkpoint is taken, by its number")
  func checkpoints() throws {
    let folder = try TemporaryFolder()
    for step in [9, 10] {
      _ = try folder.write(
        LogFixtures.trainerState([#"{"loss": \#(step), "step": 1}"#]),
        to: "run/checkpoint-\(step)/trainer_state.json")
    }
    _ = try folder.write([], to: "run/checkpoint-11/other")
    _ = try folder.write([], to: "run/checkpoint-99999999999999999999/trainer_state.json")
    let run = folder.path + "/run/"
    let difference = try LogComparison.compare(run, run + "checkpoint-9")
    #expect(difference.text.plain.contains("in loss: 10 against 9.\n"))
    #expect(
      difference.text.plain.contains("checkpoint-10/trainer_state.json (the last of 2 checkpoints)")
    )
  }

  @Test(
    "The curves of the three Axolotl arms part where they really do",
    .enabled(if: LogFixtures.shared != nil, "needs the folder that REPLICATE_SHARED names"))
  func axolotl() throws {
    let shared = try #require(LogFixtures.shared)
    let folder = try TemporaryFolder()
    let path = shared + "/oracles/axolotl-tiny-gemma3/expected.json"
    let expected = try #require(JSONParser.parse(OpenFile.contents(of: path)).objectValue)
    let arms = try expected.members.map { arm in
      let entries = try #require(arm.value.arrayValue).map { row in
        let fields = ["step", "loss", "grad_norm", "lr", "tokens_trainable"].map {
          "\"\($0)\": \(row[$0]?.doubleValue ?? .nan)"
        }
        return "{\(fields.joined(separator: ", "))}"
      }
      return entries
    }
    #expect(arms.count == 3)
    for (a, left) in arms.enumerated() {
      for (b, right) in arms.enumerated() {
        let difference = try folder.compareTraining(left, right)
        #expect(difference.stepsCompared == 10)
        guard a != b else {
          #expect(difference.isIdentical)
          continue
        }
        // The objectives differ, so the very first loss does, while the batches are the same.
        #expect(difference.first?.step == 1 && difference.first?.key == "loss")
        #expect(difference.stepsDiffering == 10)
        #expect(difference.keys.filter(\.differs).map(\.name) == ["grad_norm", "loss"])
      }
    }
  }
}
