import Files
import Records
import Scoring

/// What a page carries so that a browser can recompute what it says.
struct EmbeddedEvidence: Sendable {
  /// One object, without paths: the same record gives the same bytes.
  let json: JSON

  /// So many bytes of records' files are carried at most; of samples beyond that there are only the scores.
  private static let most = 3_000_000

  /// Takes files of the records as they are; of records that were changed none.
  ///
  /// - Throws: ``FileError`` when a file cannot be read, and what reading samples throws.
  init(_ evidence: ReportEvidence) throws {
    var left = Self.most
    json = [
      "schema": "replicate/report-evidence/v1",
      "records": .array(
        try evidence.tampering.isEmpty
          ? evidence.records.map { try Self.json($0, &left) } : []),
      "judgement": evidence.check.map { VerdictJSON.json($0.judgement) } ?? .null,
    ]
  }

  private static func json(_ record: SealedRecord, _ left: inout Int) throws -> JSON {
    var files = JSON.Object()
    let first = [RecordFile.summary, RecordFile.events]
    for name in first + record.files.map(\.name) {
      let bytes = try record.contents(of: name)
      // The summary is what everything else hangs on.
      let size = Self.size(bytes)
      guard name == RecordFile.summary || size <= left,
        let text = String(validating: bytes, as: UTF8.self)
      else { continue }
      left -= size
      files[name] = .string(text)
    }
    var scores = JSON.Object()
    var samples: [JSON] = []
    for part in try record.samples() {
      let file = RecordFile.samples(evaluation: part.evaluation, arm: part.arm, seed: part.seed)
      var groups = JSON.Object()
      for group in part.benchmark.groups {
        groups[group.name] = .array(group.taskNames.map(JSON.string))
      }
      samples.append([
        "file": .string(file), "evaluation": .string(part.evaluation), "arm": .string(part.arm),
        "seed": JSON(part.seed.map(String.init)), "groups": .object(groups),
      ])
      if files[file] == nil {
        scores[file] = .array(part.results.flatMap(\.samples).flatMap(Self.scores))
      }
    }
    return [
      "record_id": .string(record.id), "record_sha256": JSON(record.digest),
      "files": .object(files), "samples": .array(samples), "scores": .object(scores),
    ]
  }

  /// The room that a text takes in a page, where some characters are written as escapes.
  private static func size(_ bytes: [UInt8]) -> Int {
    bytes.reduce(0) { size, byte in
      switch byte {
      case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"): size + 6
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "\n"): size + 2
      default: size + 1
      }
    }
  }

  private static func scores(_ sample: SampleResult) -> [JSON] {
    sample.scores.map { score in
      [
        "task": .string(sample.task), "key": .string(MetricResult.key(score.metric, score.filter)),
        "values": .array(score.itemValues.map(JSON.number)),
        "weight": .number(sample.weight(of: score.metric)),
      ]
    }
  }

  /// The object as text that ends no element of a page.
  var text: String {
    get throws {
      // Outside of strings JSON has no such character, and in them it may be written so.
      try OutcomeJSON.printed(json).replacing("<", with: "\\u003c")
        .replacing(">", with: "\\u003e").replacing("&", with: "\\u0026")
    }
  }
}
