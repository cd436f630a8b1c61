import Assets
import Files
import Provenance
import Recipes
import Tensors

/// Turns the YAML of a manifest into a ``Manifest``, collecting every problem on the way.
///
/// Where something is wrong, reading goes on with a stand-in value; the manifest is only used if nothing was wrong.
package final class ManifestDecoder {
  /// The text and the problems.
  let decoding: ManifestDecoding
  /// Assets that have been declared, whole or with problems.
  var declaredAssets: [DeclaredAsset] = []
  /// Wheels that have been declared.
  var declaredWheels: [DeclaredWheel] = []
  /// Names of assets that something refers to.
  var usedAssets: Set<String> = []
  /// Names of wheels that an asset refers to.
  var usedWheels: Set<String> = []
  /// How arms average tokens unless they say otherwise; what the training says, once it has been read.
  var sharedReduction = DeclaredReduction.reduction(.tokenWindow)

  /// A declared asset, and where.
  struct DeclaredAsset {
    let name: String
    let position: SourcePosition
    /// The asset; nil if its declaration has problems.
    let asset: Manifest.AssetDeclaration?
  }

  /// A declared wheel, and where.
  struct DeclaredWheel {
    let name: String
    let position: SourcePosition
    /// The wheel; nil if its declaration has problems.
    let wheel: Wheel?
  }

  init(_ source: ManifestSource, schema: ManifestSchema? = nil) {
    decoding = ManifestDecoding(source, takesOverrides: true, schema: schema)
  }

  /// Reads a manifest.
  ///
  /// `bytes` are the YAML text, `name` is what messages call the file; `schema` takes what is asked for. Throws everything
  /// that is wrong at once.
  package static func decode(
    _ bytes: [UInt8], name: String, schema: ManifestSchema? = nil
  ) throws(ManifestError) -> Manifest {
    let decoder = ManifestDecoder(
      try ManifestSource(bytes: bytes, name: name), schema: schema)
    return try decoder.decoding.finished(decoder.manifest())
  }

  private func manifest() -> Manifest? {
    guard let root = decoding.root(), root.hasSchema(Manifest.schemaVersion) else { return nil }
    let name = root.required("name")?.identifier()
    let title = root.required("title")?.line()
    let description = root.required("description")?.paragraph()
    decodeWheels(root.optional("wheels"))
    decodeAssets(root.required("assets"))
    let unpinned = decodeUnpinned(root.optional("unpinned"))
    let model = root.required("model").flatMap(decodeModel)
    let data = root.required("data").flatMap(decodeData)
    let training = root.required("training").flatMap(decodeTraining)
    let engine = root.optional("engine").map { decodeEngine($0, training) } ?? .native
    let axolotl = root.optional("axolotl").map(decodeAxolotl) ?? Manifest.Axolotl()
    let numericsReader = root.optional("numerics")
    let numerics = numericsReader.map { decodeNumerics($0, training) } ?? .portable
    let arms =
      root.required("arms").map { decodeArms($0, training: training, numerics: numerics) } ?? []
    if numerics == .amx, let numericsReader, let training {
      checkForRounding(arms, training, numericsReader)
    }
    let evaluations = root.optional("evaluation").map { decodeEvaluation($0, data: data) } ?? []
    let inspection = root.optional("inspection").flatMap(decodeInspection)
    var expectations = root.optional("expectations")?.line()
    // Long enough for the files of a model in parts.
    let overrides =
      root.optional("overrides")?.list()?.compactMap { $0.line(maximum: 2000) } ?? []
    // What is documented of the whole says nothing of a part, and all the same of another engine.
    let setsExpectations = overrides.contains { $0.hasPrefix("expectations=") }
    if !overrides.allSatisfy(EngineName.isChosen(by:)), !setsExpectations { expectations = nil }
    root.finish()
    // After other problems, what is not used may only be misspelled where it should be.
    if decoding.problems.isEmpty { reportUnused() }
    guard decoding.problems.isEmpty, let name, let title, let description, let model, let data,
      let training, let engine, let axolotl, let numerics
    else { return nil }
    return Manifest(
      name: name, title: title, description: description,
      assets: declaredAssets.compactMap(\.asset), unpinned: unpinned, model: model,
      trainingData: data, training: training, engine: engine, axolotl: axolotl,
      numerics: numerics, declaredArms: arms, evaluations: evaluations, inspection: inspection,
      expectations: expectations,
      overrides: overrides)
  }

  private func decodeEngine(_ reader: NodeReader, _ training: Manifest.Training?) -> EngineName? {
    let engine = reader.choice(of: EngineName.self)
    if engine == .axolotl, let precision = training?.settings.precision, precision != .float32 {
      reader.report(
        .contradiction,
        "'training.precision' is \(precision.rawValue), which is how the native engine computes; Axolotl is told 'axolotl.precision'"
      )
    }
    return engine
  }

  private func decodeNumerics(_ reader: NodeReader, _ training: Manifest.Training?) -> Numerics? {
    let numerics = reader.choice(of: Numerics.self)
    check(training?.settings.precision, named: "training.precision", numerics, reader)
    return numerics
  }

  /// Reports a precision whose products are not those of the manifest's numerics.
  func check(
    _ precision: TrainingPrecision?, named name: String, _ numerics: Numerics?,
    _ reader: NodeReader
  ) {
    guard numerics == .openblas, let precision, precision != .float32 else { return }
    reader.report(
      .contradiction,
      "'\(name)' is \(precision.rawValue), whose products are this program's own: take out 'numerics'"
    )
  }

  /// Reports numerics that no arm makes use of.
  private func checkForRounding(
    _ arms: [Manifest.Arm], _ training: Manifest.Training, _ reader: NodeReader
  ) {
    let precisions = arms.compactMap {
      training.configuration(of: $0.treatment, seed: training.settings.seed)?.precision
    }
    guard precisions.contains(.float32), !precisions.contains(where: { $0 != .float32 }) else {
      return
    }
    reader.report(
      .contradiction,
      "'numerics' is \(Numerics.amx.rawValue), which says how products of bfloat16 numbers add up, and nothing is trained in those: add a 'precision' to 'training', or take out 'numerics'"
    )
  }

  /// The name of a declared asset; anything else is reported.
  ///
  /// `allowsList` says whether the asset may stand for many files, `allowsFolder` whether it may be those of a model.
  func assetName(
    _ reader: NodeReader, allowsList: Bool = false, allowsFolder: Bool = false
  ) -> String? {
    guard let name = reader.text("the name of an asset") else { return nil }
    guard let declared = declaredAssets.first(where: { $0.name == name }) else {
      reader.report(
        .unknownReference,
        "there is no asset '\(NodeReader.shortened(name))'"
          + NearestWord.hint(for: name, among: declaredAssets.map(\.name)))
      return nil
    }
    usedAssets.insert(name)
    let standsForMany =
      switch declared.asset?.source {
      case .memberList: !allowsList
      case .hub(let hub): hub.files.count > 1 && !allowsList && !allowsFolder
      default: false
      }
    if standsForMany {
      reader.report(
        .contradiction, "the asset '\(name)' stands for many files, but one file is needed here")
      return nil
    }
    return name
  }

  /// One name of an asset, or a list of different ones.
  func assetNames(_ reader: NodeReader) -> [String] {
    guard reader.isList else {
      return assetName(reader, allowsList: true).map { [$0] } ?? []
    }
    var names: [String] = []
    for entry in reader.list() ?? [] {
      guard let name = assetName(entry, allowsList: true) else { continue }
      if names.contains(name) {
        entry.report(.contradiction, "the asset '\(name)' is already in this list")
      } else {
        names.append(name)
      }
    }
    return names
  }

  /// Reports assets and wheels that nothing refers to.
  func reportUnused() {
    for asset in declaredAssets where !usedAssets.contains(asset.name) {
      decoding.report(
        .unused, at: asset.position, length: asset.name.unicodeScalars.count,
        "nothing uses the asset '\(asset.name)'; remove it or use it")
    }
    for wheel in declaredWheels where !usedWheels.contains(wheel.name) {
      decoding.report(
        .unused, at: wheel.position, length: wheel.name.unicodeScalars.count,
        "no asset comes from the wheel '\(wheel.name)'; remove it or use it")
    }
  }
}
