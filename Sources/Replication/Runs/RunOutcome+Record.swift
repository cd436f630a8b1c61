import Files
import Manifests
import Records
import Scoring

extension RunOutcome {
  /// Reads the outcome out of a sealed record: the table and the verdicts come from its samples, not from memory.
  init(_ record: SealedRecord, manifest: Manifest, reuse: String?) throws {
    self.record = record
    self.reuse = reuse
    overrides = manifest.overrides
    let samples = try record.samples()
    table = ResultTable(manifest: manifest, samples: samples)
    judgement = try record.expectations().map { file in
      Judgement(
        documented: file.results,
        results: MeasuredResults(digest: record.resultsDigest, samples: samples),
        notices: try record.precedence(over: file.sha256).map { [$0] } ?? [])
    }
  }
}
