import Foundation
import TestSupport
import Testing

@Suite("replicate decode") struct DecodeCommandTests {
  @Test("prints the documented table's counts, and ends with 0")
  func decodesBlog() throws {
    let finished = try Program.run(["decode", "experiments/eaft-axolotl-blog"])
    #expect(finished.status == 0 && finished.error.isEmpty)
    let lines = finished.output.split(separator: "\n")
    for (label, eaft, sft) in [
      ("MMLU (Total)", 4427, 4347), ("MMLU Humanities", 1392, 1370),
      ("MMLU Social Sciences", 1101, 1069), ("MMLU STEM", 802, 785), ("MMLU Other", 1132, 1123),
      ("IFEval, prompts", 211, 218), ("IFEval, instructions", 448, 459), ("GSM8K", 227, 229),
      ("ARC Challenge", 408, 412), ("HellaSwag", 5804, 5803),
    ] {
      let line = try #require(lines.first { $0.hasPrefix(label) }, "\(label)")
      let words = line.split(separator: " ")
      #expect(words.contains("\(eaft)") && words.contains("\(sft)"), "\(line)")
    }
    #expect(finished.output.contains("1624") && finished.output.contains("11.6 %"))
    #expect(finished.output.contains("unknown to axolotl: eaft_normalize"))
  }

  @Test("names an impossible cell and ends with 1, and with 2 for a file that cannot be read")
  func refuses() throws {
    let folder = try TemporaryFolder()
    let path = Checkout.folder.appending(path: "experiments/eaft-axolotl-blog/documented.yaml")
    let text = try String(contentsOf: path, encoding: .utf8)
    let altered = try folder.write(
      Array(text.replacingOccurrences(of: "0.3900", with: "0.3901").utf8), to: "altered.yaml")
    let finished = try Program.run(["decode", altered, "--n-range", "541..541"])
    #expect(finished.status == 1)
    #expect(finished.output.contains("IFEval, prompts") && finished.output.contains("0.3901:"))
    let broken = try folder.write(
      Array(text.replacingOccurrences(of: "eaft: \"0.3900\"", with: "eft: \"0.3900\"").utf8),
      to: "broken.yaml")
    let refused = try Program.run(["decode", broken])
    #expect(refused.status == 2 && refused.output.isEmpty)
    #expect(refused.error.contains("broken.yaml:") && refused.error.contains("'eft'"))
    for arguments in [["none"], ["eaft-paper", "--n-range", "5"], [altered, "--recipe"]] {
      #expect(try Program.run(["decode"] + arguments).status == 2, "\(arguments)")
    }
  }

  @Test("prints the ledger of what is not known, or everything as one object")
  func printsRecipe() throws {
    let ledger = try Program.run(["decode", "eaft-paper", "--recipe"])
    #expect(ledger.status == 0 && ledger.output.contains("checkpoint_choice"))
    let finished = try Program.run(["decode", "eaft-paper", "--json", "--n-range", "30..31"])
    #expect(finished.status == 1 && finished.error.isEmpty)
    let object = try JSONSerialization.jsonObject(with: Data(finished.output.utf8))
    let results = try #require(object as? [String: any Sendable])
    #expect(results["exit_code"] as? Int == 1)
    #expect((results["contradictions"] as? [any Sendable])?.count == 2)
  }
}
