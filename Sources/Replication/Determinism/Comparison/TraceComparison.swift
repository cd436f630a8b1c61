import Files
import LanguageModels
import Provenance
import Records
import Tensors

/// Finds where two executions part.
///
/// Operations are compared in the order in which they are computed, so that the first one that differs had the same
/// input as the other: the difference arises there.
enum TraceComparison {
  /// The first divergence of training and, of the arms that were trained alike, that of evaluation.
  ///
  /// Training is left out where `variant` was not to train. With `samePasses`, both computed the same rows of tokens, so
  /// that one which only one of them has is a divergence.
  static func divergences(
    _ reference: ExecutionTrace, _ variant: ExecutionTrace, includingTraining: Bool = true,
    samePasses: Bool = true
  ) -> [Divergence] {
    var found: [Divergence] = []
    var diverged: Set<ArmAddress> = []
    if includingTraining {
      for divergence in training(reference, variant) {
        if found.isEmpty { found.append(divergence.found) }
        diverged.insert(divergence.arm)
      }
    }
    if let evaluation = evaluation(
      reference.evaluations.filter { !diverged.contains($0.arm) },
      variant.evaluations.filter { !diverged.contains($0.arm) }, samePasses)
    {
      found.append(evaluation)
    }
    return found
  }

  // MARK: - Training

  /// The first divergence of every arm whose training differs.
  private static func training(
    _ reference: ExecutionTrace, _ variant: ExecutionTrace
  ) -> [(arm: ArmAddress, found: Divergence)] {
    var arms: [ArmAddress] = []
    for step in reference.steps + variant.steps where !arms.contains(step.arm) {
      arms.append(step.arm)
    }
    return arms.compactMap { arm in
      let (a, b) = (
        reference.steps.filter { $0.arm == arm }, variant.steps.filter { $0.arm == arm }
      )
      for (left, right) in zip(a, b) {
        if let divergence = step(left, right) { return (arm, divergence) }
      }
      if a.count != b.count {
        let note = "the reference has \(a.count) steps, the variant \(b.count)"
        return (
          arm, Divergence(place: "\(arm)", operation: "number of training steps", note: note)
        )
      }
      let digests = [reference, variant].map { trace in
        trace.weights.first { $0.arm == arm }?.digest
      }
      guard digests[0] != digests[1] else { return nil }
      return (arm, Divergence(place: "\(arm)", operation: "weights at the end of training"))
    }
  }

  private static func step(
    _ reference: ExecutionTrace.Step, _ variant: ExecutionTrace.Step
  ) -> Divergence? {
    let place = "\(reference.arm), step \(reference.number)"
    for (index, (a, b)) in zip(reference.results, variant.results).enumerated() where a != b {
      let isSameKind = a.operation == b.operation && a.rows == b.rows && a.columns == b.columns
      let note =
        isSameKind
        ? nil
        : "the reference has \"\(a.operation)\" of \(a.rows) x \(a.columns) here, the variant \"\(b.operation)\" of \(b.rows) x \(b.columns)"
      return Divergence(
        place: place, operation: a.operation, note: note,
        address: isSameKind
          ? .training(arm: reference.arm, step: reference.number, index: index) : nil)
    }
    guard reference.results.count != variant.results.count else { return nil }
    return Divergence(
      place: place, operation: "number of operations",
      note:
        "the reference has \(reference.results.count), the variant \(variant.results.count)")
  }

  // MARK: - Evaluation

  private static func evaluation(
    _ reference: [ExecutionTrace.Evaluation], _ variant: [ExecutionTrace.Evaluation],
    _ samePasses: Bool
  ) -> Divergence? {
    for (a, b) in zip(reference, variant) {
      if let divergence = evaluation(a, b, samePasses) { return divergence }
    }
    guard reference.count != variant.count else { return nil }
    return Divergence(
      place: "evaluation", operation: "number of evaluations",
      note: "the reference has \(reference.count), the variant \(variant.count)")
  }

  private static func evaluation(
    _ reference: ExecutionTrace.Evaluation, _ variant: ExecutionTrace.Evaluation,
    _ samePasses: Bool
  ) -> Divergence? {
    let place = "\(reference.arm), evaluation \(reference.name)"
    guard reference.name == variant.name, reference.operations == variant.operations else {
      return Divergence(
        place: place, operation: "operations of a forward pass",
        note:
          "the reference has \(reference.operations.count), the variant \(variant.operations.count) of \(variant.name)"
      )
    }
    let known = Dictionary(
      variant.rows.map { ($0.key, $0.fingerprints) }, uniquingKeysWith: { first, _ in first })
    var first: (operation: Int, key: TokenPrefixKey)?
    for row in reference.rows {
      guard let other = known[row.key] else { continue }
      for (index, (a, b)) in zip(row.fingerprints, other).enumerated() where a != b {
        guard samePasses || (a != 0 && b != 0) else { continue }
        // Rows come in an order of dependence; of one operation the first row is where it arises.
        if index < first?.operation ?? .max { first = (index, row.key) }
        break
      }
    }
    if let first {
      return rowDivergence(reference, first.operation, first.key, note: nil)
    }
    if let divergence = documents(reference, variant, place: place) { return divergence }
    return samePasses ? lonelyRow(reference, variant, place: place) : nil
  }

  /// The first row of tokens that only one of two executions computed.
  private static func lonelyRow(
    _ reference: ExecutionTrace.Evaluation, _ variant: ExecutionTrace.Evaluation, place: String
  ) -> Divergence? {
    let keys = [reference, variant].map { $0.rows.map(\.key) }
    for (side, name) in ["reference", "variant"].enumerated() {
      let others = Set(keys[1 - side])
      if let key = keys[side].first(where: { !others.contains($0) }) {
        return Divergence(
          place: "\(place), token \(key.count) of a sequence", operation: "row as a whole",
          note: "only the \(name) computed it")
      }
    }
    return nil
  }

  /// The first row of an execution that came out in two ways although the tokens are the same.
  ///
  /// What `known`, which was looked at before, has in the same way is left out.
  static func conflict(
    in trace: ExecutionTrace, besides known: ExecutionTrace = ExecutionTrace()
  ) -> Divergence? {
    for evaluation in trace.evaluations {
      let old = known.evaluations.first {
        $0.arm == evaluation.arm && $0.name == evaluation.name
          && $0.operations == evaluation.operations
      }
      if let conflict = evaluation.conflicts.first(where: { old?.conflicts.contains($0) != true }) {
        return rowDivergence(
          evaluation, conflict.operation, conflict.key,
          note: "both within one execution, from two passes over the same tokens")
      }
    }
    return nil
  }

  private static func rowDivergence(
    _ evaluation: ExecutionTrace.Evaluation, _ operation: Int, _ key: TokenPrefixKey, note: String?
  ) -> Divergence {
    let name = evaluation.operations[operation]
    return Divergence(
      place:
        "\(evaluation.arm), evaluation \(evaluation.name), token \(key.count) of a sequence",
      operation: name, note: note,
      address: .evaluation(
        arm: evaluation.arm, name: evaluation.name, operation: name, tokenCount: key.count,
        tokens: key.fingerprint.value))
  }

  private static func documents(
    _ reference: ExecutionTrace.Evaluation, _ variant: ExecutionTrace.Evaluation, place: String
  ) -> Divergence? {
    for (a, b) in zip(reference.documents, variant.documents) where a != b {
      let operation = "result of document \(a.index) of \(a.task)"
      guard a.task == b.task, a.index == b.index else {
        return Divergence(
          place: place, operation: operation,
          note: "the variant has document \(b.index) of \(b.task) here")
      }
      var note = "the samples differ in their texts"
      if let text = TextDifference(a.text, b.text) {
        note = "the generated texts differ at \(text.text)"
      } else if let choice = zip(a.logLikelihoods, b.logLikelihoods).enumerated().first(where: {
        $0.element.0.bitPattern != $0.element.1.bitPattern
      }) {
        let distance = UnitsInLastPlace.distance(choice.element.0, choice.element.1)
        note =
          "the log-likelihood of choice \(choice.offset) is \(choice.element.0) against \(choice.element.1)"
          + (distance.map { " (\(English.count(Int(clamping: $0), "ulp")))" } ?? "")
      }
      return Divergence(place: place, operation: operation, note: note)
    }
    guard reference.documents.count != variant.documents.count else { return nil }
    return Divergence(
      place: place, operation: "number of documents",
      note:
        "the reference has \(reference.documents.count), the variant \(variant.documents.count)")
  }
}
