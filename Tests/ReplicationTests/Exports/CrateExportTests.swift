import Files
import Foundation
import RecordFixtures
import TestSupport
import Testing

@testable import Provenance
@testable import Records
@testable import Replication

@Suite("A record exported as a crate") struct CrateExportTests {
  private func crate(_ toy: ExportedToy, _ name: String = "crate") throws -> ReadCrate {
    try ReadCrate(try toy.json("\(name)/ro-crate-metadata.json"))
  }

  @Test("holds the record so that it can be checked there, and describes every file by its digest")
  func files() async throws {
    let toy = try ExportedToy(expecting: "0.25")
    let record = try await toy.run()
    let outcome = try toy.export(record, as: .crate, to: "crate")
    let copy = try SealedRecord(at: toy.folder.path(of: "crate/\(record.id)"))
    #expect(try copy.findings().isEmpty && copy.digest == record.digest)
    let judgement = try RecordCheck([copy.path], artifacts: "nowhere", expectations: nil).run()
      .judgement
    #expect(judgement.status == .consistent)

    let crate = try crate(toy)
    let described = crate.all("File").compactMap { $0["@id"]?.stringValue }
    let present = toy.folder.files().filter { $0.hasPrefix("crate/") }
      .map { String($0.dropFirst("crate/".count)) }
    #expect(Set(described + ["ro-crate-metadata.json"]) == Set(present))
    #expect(Set(outcome.files.map(\.name)) == Set(present))
    for file in crate.all("File") {
      let id = try #require(file["@id"]?.stringValue)
      let bytes = try OpenFile.contents(of: toy.folder.path(of: "crate/\(id)"))
      #expect(file["sha256"] == JSON(SHA256.digest(of: bytes)))
      #expect(file["contentSize"] == .string(String(bytes.count)))
    }
    #expect(
      Set(ReadCrate.references(crate["\(record.id)/"]?["hasPart"])) == Set(described))
  }

  @Test("refers only to what it describes, describes everything once and nothing in vain")
  func references() async throws {
    let toy = try ExportedToy(expecting: "0.25")
    try toy.export(try await toy.run(), as: .crate, to: "crate")
    let crate = try crate(toy)
    #expect(Set(crate.ids).count == crate.ids.count)
    // The one reference to something outside says which RO-Crate this is.
    let outside = "https://w3id.org/ro/crate/1.1"
    #expect(crate["ro-crate-metadata.json"]?["conformsTo"] == ["@id": .string(outside)])
    var reached: Set<String> = ["ro-crate-metadata.json"]
    var open = Array(reached)
    while let id = open.popLast() {
      let entity = try #require(crate[id], "Nothing describes \(id).")
      for target in ReadCrate.references(in: entity) where target != outside {
        if reached.insert(target).inserted { open.append(target) }
      }
    }
    #expect(reached == Set(crate.ids))
    let root = try #require(crate["./"])
    for key in ["name", "description", "datePublished", "license"] { #expect(root[key] != nil) }
    #expect(root["conformsTo"] == ["@id": "https://w3id.org/ro/wfrun/process/0.5"])
  }

  @Test("has an action for each training and evaluation, with what it read and the values it gave")
  func actions() async throws {
    let toy = try ExportedToy(expecting: "0.25")
    let record = try await toy.run()
    try toy.export(record, as: .crate, to: "crate")
    let crate = try crate(toy)
    let actions = crate.all("CreateAction")
    #expect(actions.count == 2 + 3 * 4)
    for action in actions {
      let instrument = try #require(ReadCrate.references(action["instrument"]).first)
      #expect(crate[instrument]?["@type"] == "SoftwareApplication")
      #expect(crate[instrument]?["softwareVersion"] == .string(Version.text))
      let end = try #require(action["endTime"]?.stringValue)
      let time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00/
      #expect(end.wholeMatch(of: time) != nil)
      if let start = action["startTime"]?.stringValue { #expect(start <= end) }
      #expect(!ReadCrate.references(action["object"]).isEmpty)
    }
    let training = try #require(crate["#training.sft.42"])
    #expect(
      ReadCrate.references(training["object"])
        == ["#input.config", "#input.tokenizer", "#input.tokenizer-config", "#input.train"])
    let weights = try #require(record.summary.arms[1].digests["weights"])
    #expect(crate["#weights.sft.42"]?["sha256"] == JSON(weights))
    #expect(training["startTime"] != nil)
    let evaluation = try #require(crate["#evaluation.mmlu.sft.42"])
    #expect(
      ReadCrate.references(evaluation["object"])
        == [
          "#input.config", "#input.tokenizer", "#input.tokenizer-config", "#weights.sft.42",
          "#input.mmlu", "#input.mmlu-dev",
        ])

    for arm in record.summary.arms {
      for metric in arm.metrics {
        let values = actions.filter {
          $0["@id"]?.stringValue?.hasPrefix("#evaluation.") == true
            && $0["@id"]?.stringValue?.hasSuffix(".\(arm.label)") == true
        }.flatMap { ReadCrate.references($0["result"]) }.compactMap { crate[$0] }
          .filter { $0["name"] == .string("\(metric.task) \(metric.name)") }
        #expect(values.map { $0["value"]?.doubleValue } == [metric.value])
        let counts = values.flatMap { ReadCrate.references($0["valueReference"]) }
          .filter { $0.hasSuffix(".n") }.compactMap { crate[$0]?["value"] }
        #expect(counts == [JSON(metric.count)])
      }
    }
    let loss = try #require(record.summary.arms[1].steps.last?.values["loss"])
    #expect(crate["#training.sft.42.loss"]?["value"]?.doubleValue == loss)
  }

  @Test("tells the verdicts of the judgement, and none without expectations")
  func verdicts() async throws {
    let judged = try ExportedToy(expecting: "0.50")
    let record = try await judged.run()
    try judged.export(record, as: .crate, to: "crate")
    let judgement = try RecordCheck([record.path], artifacts: "nowhere", expectations: nil).run()
      .judgement
    #expect(judgement.status == .diverged)
    let crate = try crate(judged)
    let verdicts = ReadCrate.references(crate["./"]?["variableMeasured"])
    #expect(
      verdicts.map { crate[$0]?["value"]?.stringValue }
        == ["DIVERGED"] + judgement.verdicts.map(\.status.rawValue))
    #expect(crate["#verdict"]?["description"] == .string(judgement.why))

    let plain = try ExportedToy()
    try plain.export(try await plain.run(), as: .crate, to: "crate")
    #expect(try self.crate(plain)["./"]?["variableMeasured"] == nil)
  }

  @Test("says of a training that an earlier run did it, and when it was taken over")
  func reused() async throws {
    let toy = try ExportedToy()
    _ = try await toy.run()
    try toy.edit("preset: axolotl-0.14", "preset: llamafactory")
    try toy.export(try await toy.run(), as: .crate, to: "crate")
    let crate = try crate(toy)
    let reused = try #require(crate["#training.sft.42"])
    #expect(reused["description"]?.stringValue?.contains("taken over from an earlier run") == true)
    #expect(reused["startTime"] == nil && reused["endTime"] != nil)
    let trained = try #require(crate["#training.eaft.42"])
    #expect(trained["description"]?.stringValue?.contains("learning rate: 0.005") == true)
    #expect(trained["startTime"] != nil)
  }

  @Test("describes an import by the files that it brought")
  func imported() throws {
    let fixtures = try InterchangeFixtures()
    try fixtures.write()
    let record = try fixtures.read().record
    func export(as format: RecordExport.Format) throws {
      _ = try RecordExport(
        record.path, artifacts: "nowhere", format: format,
        output: fixtures.folder.path(of: format.rawValue)
      ).run()
    }
    for format in RecordExport.Format.allCases where format != .huggingFace {
      try export(as: format)
    }
    // Nobody trained it here, so that there is no model whose card it could fill.
    #expect(runErrorCode { try export(as: .huggingFace) } == .nothing)
    let path = fixtures.folder.path(of: "crate/ro-crate-metadata.json")
    let crate = try ReadCrate(
      try JSONParser.parse(try OpenFile.contents(of: path), source: path))
    let actions = crate.all("CreateAction")
    #expect(actions.count == fixtures.results.count)
    let sources = record.files.filter { $0.name.hasPrefix("source/") }
      .map { "\(record.id)/\($0.name)" }
    #expect(!sources.isEmpty)
    for action in actions {
      #expect(ReadCrate.references(action["object"]) == sources)
      #expect(action["endTime"] != nil)
      for id in ReadCrate.references(in: action) { #expect(crate[id] != nil) }
    }
    let name = fixtures.folder.path(of: "in-toto/provenance.json")
    let statement = try JSONParser.parse(try OpenFile.contents(of: name), source: name)
    let definition = statement["predicate"]?["buildDefinition"]
    #expect(definition?["buildType"] == "urn:x-replicate:import:v1")
    #expect(
      definition?["externalParameters"]?["declaration"]?["schema"] == "replicate/import/v1")
  }
}
