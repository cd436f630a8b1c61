import Files
import Tensors

/// The safetensors files of a Hugging Face folder: one, or several with an index.
struct HuggingFaceWeights: CheckpointWeights {
  let path: String
  private let files: [SafetensorsFile]
  /// Which file a tensor is read from.
  private let fileOfTensor: [String: Int]

  /// Opens the weights of the folder at `path`; throws ``ModelFileError`` or `TensorFileError`.
  init(folder path: String) throws {
    self.path = path
    let single = "\(path)/model.safetensors"
    let index = "\(path)/model.safetensors.index.json"
    if FolderContent.hasFile(single) {
      files = [try SafetensorsFile(contentsOf: single)]
      fileOfTensor = Dictionary(uniqueKeysWithValues: files[0].tensors.map { ($0.name, 0) })
    } else if FolderContent.hasFile(index) {
      let shards = try HuggingFaceWeights.readIndex(index)
      let names = Set(shards.values).sorted()
      files = try names.map { try SafetensorsFile(contentsOf: "\(path)/\($0)") }
      let numberOfFile = Dictionary(
        uniqueKeysWithValues: names.enumerated().map { ($0.element, $0.offset) })
      fileOfTensor = shards.compactMapValues { numberOfFile[$0] }
      for (tensor, number) in fileOfTensor.sorted(by: { $0.key < $1.key })
      where files[number].tensor(tensor) == nil {
        throw ModelFileError(
          .mismatched, "\(index) says that \(names[number]) has the tensor \(tensor); it has not.")
      }
    } else {
      throw ModelFileError(
        .missing, "\(path) has neither model.safetensors nor model.safetensors.index.json.")
    }
  }

  /// Opens a single file of weights; throws `TensorFileError`.
  init(file path: String) throws {
    self.path = path
    files = [try SafetensorsFile(contentsOf: path)]
    fileOfTensor = Dictionary(uniqueKeysWithValues: files[0].tensors.map { ($0.name, 0) })
  }

  var storedNames: [String] { fileOfTensor.keys.sorted() }

  func storedName(_ names: ParameterName) -> String { names.huggingFace }

  func shape(ofStored name: String) -> [Int]? {
    fileOfTensor[name].flatMap { files[$0].tensor(name)?.shape }
  }

  func read(
    _ parameter: ParameterLayout.Entry, into target: UnsafeMutableBufferPointer<Float>
  ) throws {
    try file(of: parameter).read(parameter.name, into: target)
  }

  func element(of parameter: ParameterLayout.Entry) -> StoredElement {
    let dtype = fileOfTensor[parameter.name].flatMap { files[$0].tensor(parameter.name)?.dtype }
    return dtype == .bfloat16 ? .bfloat16 : .float32
  }

  func readStored(
    _ parameter: ParameterLayout.Entry, into target: UnsafeMutableRawBufferPointer
  ) throws {
    guard element(of: parameter) == .bfloat16 else {
      return try read(parameter, into: target.bindMemory(to: Float.self))
    }
    try file(of: parameter).readStored(parameter.name, into: target)
  }

  private func file(of parameter: ParameterLayout.Entry) throws -> SafetensorsFile {
    guard let number = fileOfTensor[parameter.name] else {
      throw ModelFileError(.mismatched, "\(path) has no tensor \(parameter.name).")
    }
    return files[number]
  }

  /// The file of each tensor, by an index file.
  private static func readIndex(_ path: String) throws -> [String: String] {
    let maximumSize = 1 << 26
    let bytes = try FolderContent.bytes(path, maximumSize: maximumSize)
    let files = try HuggingFaceConfiguration.decode(bytes, path: path) { fields in
      Dictionary(
        uniqueKeysWithValues: try fields.members("weight_map").map {
          ($0.key, try $0.field.string())
        })
    }
    guard !files.isEmpty else {
      throw ModelFileError(.malformed, "\(path) lists no tensors in weight_map.")
    }
    for name in files.values.sorted() {
      // A shard lies in the folder itself; a path could name any file of the machine.
      guard !name.utf8.contains(UInt8(ascii: "/")), !name.isEmpty, !name.utf8.contains(0) else {
        throw ModelFileError(
          .malformed, "\(path): weight_map names \(name), which is not a file of the folder.")
      }
    }
    return files
  }
}
