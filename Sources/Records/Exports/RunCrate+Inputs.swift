import Files
import Manifests

extension RunCrate {
  /// The assets that the model, or its configuration and tokenizer, come from.
  mutating func addModel() -> [JSON] {
    guard let model = account.manifest?.model else { return [] }
    return addInputs(model.source.assets)
  }

  /// The assets that an evaluation reads besides the model.
  func documents(of evaluation: String) -> [String] {
    account.manifest?.evaluations.first { $0.name == evaluation }?.assets ?? []
  }

  /// Describes the inputs that some assets stand for; of an import, refers to the files that it brought.
  mutating func addInputs(_ assets: [String]) -> [JSON] {
    guard account.manifest != nil else {
      return account.files.filter { $0.name.hasPrefix(Imported.sourceFolder) }
        .map { CrateGraph.reference(path($0)) }
    }
    return account.inputs(assets).map { add($0) }
  }

  /// Describes an input, which is not part of the crate; its files one by one if there are several.
  private mutating func add(_ input: Input) -> JSON {
    let id = "#" + URIText.encoded("input.\(input.asset)")
    func content(_ file: RecordedInput) -> [(String, JSON)] {
      [
        ("sha256", JSON(file.digest)), ("contentSize", .string(String(file.byteCount))),
        ("identifier", .string(URIText.content(file.digest))),
      ]
    }
    var properties: [(String, JSON)] = [
      ("name", .string(input.asset)), ("license", JSON(input.license)),
      ("url", CrateGraph.list(input.addresses.map(JSON.string))),
    ]
    if input.files.count == 1 {
      properties += content(input.files[0])
    } else {
      let files = input.files.enumerated().map { index, file in
        graph.add("\(id).\(index)", "CreativeWork", [("name", .string(file.file))] + content(file))
      }
      properties.append(("hasPart", CrateGraph.list(files)))
    }
    return graph.add(id, "CreativeWork", properties)
  }
}
