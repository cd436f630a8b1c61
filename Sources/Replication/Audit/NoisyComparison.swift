import Files
import LanguageModels
import Records
import Scoring
import Tensors

/// Compares answers with those of another platform, whose bits cannot be the same.
///
/// How far two honest ones may be apart is measured: the same documents are answered here with both arithmetics of matrix
/// products, and ten times their largest difference is allowed.
struct NoisyComparison {
  /// The factor between what two arithmetics of one machine differ by and what is allowed between two machines.
  static let factor = 10.0

  /// Log-likelihoods that are further off, a sentence each.
  let findings: [String]
  /// What was allowed, and what was seen.
  let note: String

  /// Answers the documents once more with the other arithmetic, and compares.
  ///
  /// - Throws: ``AuditObstacle`` where there is only one arithmetic.
  init(
    _ reevaluation: DocumentReevaluation, _ arm: RunSummary.Arm,
    _ places: [DocumentReevaluation.Place], _ answers: [SampleResult], _ loaded: InferenceModel
  ) throws {
    let other: Numerics = reevaluation.engine.numerics.isPortable ? .openblas : .portable
    guard other.isAvailable else {
      throw AuditObstacle(
        description:
          "the record is of another platform, and without OpenBLAS (libopenblas.so.0) it cannot be measured what two arithmetics differ by"
      )
    }
    let others = try reevaluation.answers(to: places, of: arm, loaded, numerics: other)
    let noise = zip(answers, others).flatMap { Self.differences($0, $1) }.max() ?? 0
    let tolerance = Self.factor * noise
    var (findings, largest, same, texts) = ([String](), 0.0, 0, 0)
    for (place, answer) in zip(places, answers) {
      guard let recorded = reevaluation.recorded(place, of: arm) else {
        findings.append(
          "\(arm.sentence), document \(answer.documentIndex) of \(answer.task): the record has no answer."
        )
        continue
      }
      guard !answer.response.choices.isEmpty else {
        texts += 1
        if recorded.response == answer.response { same += 1 }
        continue
      }
      let differences = Self.differences(recorded, answer)
      guard let worst = differences.max() else {
        findings.append(
          "\(arm.sentence), document \(answer.documentIndex) of \(answer.task): other choices were answered."
        )
        continue
      }
      largest = max(largest, worst)
      // Not "worst > tolerance", which a number that is none would pass.
      guard !(worst <= tolerance) else { continue }
      findings.append(
        "\(arm.sentence), document \(answer.documentIndex) of \(answer.task): a log-likelihood is \(English.short(worst)) off, and \(English.short(tolerance)) is what another platform explains."
      )
    }
    self.findings = findings
    let generated = texts > 0 ? "; \(same) of \(texts) generated texts are the same" : ""
    note =
      "\(arm.sentence): log-likelihoods are at most \(English.short(largest)) apart, where \(English.short(tolerance)) (\(Int(Self.factor)) times what \(reevaluation.engine.numerics.rawValue) and \(other.rawValue) products differ by here) is allowed\(generated)."
  }

  /// How far the log-likelihoods of two answers are apart, choice by choice; none if they are not of the same choices.
  private static func differences(_ one: SampleResult, _ other: SampleResult) -> [Double] {
    let (a, b) = (one.response.choices, other.response.choices)
    guard a.count == b.count else { return [] }
    return zip(a, b).map { ($0.logLikelihood - $1.logLikelihood).magnitude }
  }
}
