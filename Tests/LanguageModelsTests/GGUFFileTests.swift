import Files
import Tensors
import Testing

@testable import LanguageModels

@Suite struct GGUFFileTests {
  @Test("Metadata of every kind is read from a file of the gguf package")
  func metadata() throws {
    let file = try GGUFFile(contentsOf: LoadingFixture.path("blocks.gguf"))
    let values = file.metadata
    #expect(values["kinds.uint8"] == .unsigned(255))
    #expect(values["kinds.int8"] == .signed(-128))
    #expect(values["kinds.uint16"] == .unsigned(65_535))
    #expect(values["kinds.int16"] == .signed(-32_768))
    #expect(values["kinds.uint32"] == .unsigned(4_294_967_295))
    #expect(values["kinds.int32"] == .signed(-2_147_483_648))
    #expect(values["kinds.uint64"] == .unsigned(.max))
    #expect(values["kinds.int64"] == .signed(.min))
    #expect(values["kinds.float32"] == .float(Double(Float(0.1))))
    #expect(values["kinds.float64"] == .float(0.1))
    #expect(values["kinds.bool"] == .bool(true))
    #expect(values["kinds.string"] == .string("é 中 😀"))
    #expect(values["general.alignment"] == .unsigned(64))
    #expect(try file.strings("kinds.strings") == ["a", "", "中"])
    #expect(try file.integers("kinds.integers") == [1, -2, 3])
    #expect(try file.floats("kinds.floats") == [0.5, -1.5])
    #expect(try file.truthValues("kinds.truths") == [true, false, true])
    #expect(try file.strings("kinds.nothing") == nil)
    #expect(throws: ModelFileError.self) { try file.strings("kinds.integers") }
    #expect(throws: ModelFileError.self) { try file.integers("kinds.uint8") }
  }

  @Test("Every type of block is decoded bit for bit as the gguf package decodes it")
  func decoding() throws {
    let file = try GGUFFile(contentsOf: LoadingFixture.path("blocks.gguf"))
    let expected = try SafetensorsFile(contentsOf: LoadingFixture.path("blocks.safetensors"))
    #expect(Set(file.tensors.compactMap(\.type)) == Set(GGMLType.allCases))
    for tensor in expected.tensors {
      let found = FloatBuffer(count: tensor.count)
      let wanted = FloatBuffer(count: tensor.count)
      #expect(file.tensor(tensor.name)?.shape == tensor.shape)
      try file.read(tensor.name, into: found.elements)
      try expected.read(tensor.name, into: wanted.elements)
      #expect(
        zip(found.elements, wanted.elements).allSatisfy {
          $0.bitPattern == $1.bitPattern || $0.isNaN && $1.isNaN
        }, "\(tensor.name)")
    }
  }

  @Test("A tensor of a type that is not read is listed, and refused by name when it is read")
  func unreadType() throws {
    let file = try GGUFFile(contentsOf: LoadingFixture.path("blocks.gguf"))
    #expect(file.tensor("unread")?.shape == [1, 256])
    let buffer = FloatBuffer(count: 256)
    let error = #expect(throws: ModelFileError.self) {
      try file.read("unread", into: buffer.elements)
    }
    #expect(error?.message.contains("ggml type 10") == true)
    #expect(throws: ModelFileError.self) { try file.read("nothing", into: buffer.elements) }
  }

  @Test("Nested lists are passed over, up to a bounded depth", arguments: [1, 8, 9, 1000])
  func nesting(depth: Int) throws {
    var builder = GGUFBuilder(values: 2)
    builder.append("deep")
    builder.append(UInt32(9))
    for _ in 1..<depth {
      builder.append(UInt32(9))
      builder.append(UInt64(1))
    }
    builder.append(UInt32(0))
    builder.append(UInt64(3))
    builder.bytes += [1, 2, 3]
    builder.append("after")
    builder.append(UInt32(7))
    builder.bytes.append(1)
    let fixture = try LoadingFixture()
    let path = try fixture.file(builder.bytes)
    if depth <= 8 {
      #expect(try GGUFFile(contentsOf: path).metadata["after"] == .bool(true))
    } else {
      #expect(throws: ModelFileError.self) { try GGUFFile(contentsOf: path) }
    }
  }

  @Test("Versions 2 and 3 are read; others, and big-endian files, are refused")
  func versions() throws {
    let fixture = try LoadingFixture()
    for version: UInt32 in [2, 3] {
      let path = try fixture.file(GGUFBuilder(version: version).bytes)
      #expect(try GGUFFile(contentsOf: path).tensors.isEmpty)
    }
    for version: UInt32 in [0, 1, 4, 0x0300_0000] {
      let path = try fixture.file(GGUFBuilder(version: version).bytes)
      let error = #expect(throws: ModelFileError.self) { try GGUFFile(contentsOf: path) }
      #expect(error?.code == .unsupported)
    }
    #expect(throws: ModelFileError.self) {
      try GGUFFile(contentsOf: try fixture.file(Array("PK\u{3}\u{4}".utf8)))
    }
  }

  @Test("Counts that the file cannot hold are refused before anything is allocated")
  func hostileCounts() throws {
    let fixture = try LoadingFixture()
    for count: UInt64 in [1, 1 << 31, 1 << 62, 1 << 63, .max] {
      var files = [GGUFBuilder(tensors: count), GGUFBuilder(values: count)]
      for kind: UInt32 in 0...13 {
        var list = GGUFBuilder(values: 1)
        list.append("k")
        list.append(UInt32(9))
        list.append(kind)
        list.append(count)
        files.append(list)
      }
      var key = GGUFBuilder(values: 1)
      key.append(count)
      files.append(key)
      var text = GGUFBuilder(values: 1)
      text.append("k")
      text.append(UInt32(8))
      text.append(count)
      files.append(text)
      for shape in [[count, 1 << 62], [count, count, count, count], [1 << 62, 3]] {
        var tensor = GGUFBuilder(tensors: 1)
        tensor.appendTensor("t", shape: shape, type: 0, offset: 0)
        tensor.pad()
        files.append(tensor)
      }
      var offset = GGUFBuilder(tensors: 1)
      offset.appendTensor("t", shape: [1], type: 0, offset: count & ~31 | 32)
      offset.pad()
      files.append(offset)
      for file in files {
        #expect(throws: ModelFileError.self) { try GGUFFile(contentsOf: fixture.file(file.bytes)) }
      }
    }
  }

  @Test("Tables of tensors that contradict themselves are refused with the tensor's name")
  func brokenTables() throws {
    struct Entry {
      var name = "first"
      var shape: [UInt64] = [8]
      var type: UInt32 = 0
      var offset: UInt64 = 0
    }
    let cases: [([Entry], String)] = [
      ([Entry(), Entry()], "first occurs twice"),
      ([Entry(), Entry(name: "second")], "before first ends"),
      ([Entry(shape: [8, 2]), Entry(name: "second", offset: 32)], "before first ends"),
      ([Entry(offset: 4)], "multiple of the alignment"),
      ([Entry(shape: [])], "0 dimensions"),
      ([Entry(shape: [1, 1, 1, 1, 1])], "5 dimensions"),
      ([Entry(shape: [0])], "impossible dimension 0"),
      ([Entry(shape: [8], type: 8)], "not a multiple of the 32 elements of a Q8_0 block"),
      ([Entry(shape: [64])], "but the file has"),
    ]
    let fixture = try LoadingFixture()
    for (entries, reason) in cases {
      var builder = GGUFBuilder(tensors: UInt64(entries.count))
      for entry in entries {
        builder.appendTensor(
          entry.name, shape: entry.shape, type: entry.type, offset: entry.offset)
      }
      builder.pad(adding: 96)
      let path = try fixture.file(builder.bytes)
      let error = #expect(throws: ModelFileError.self) { try GGUFFile(contentsOf: path) }
      #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }
  }

  @Test("Alignments that are no power of two are refused", arguments: [0, 3, 1 << 31] as [UInt32])
  func alignments(alignment: UInt32) throws {
    var builder = GGUFBuilder(values: 1)
    builder.append("general.alignment")
    builder.append(UInt32(4))
    builder.append(alignment)
    let fixture = try LoadingFixture()
    #expect(throws: ModelFileError.self) { try GGUFFile(contentsOf: fixture.file(builder.bytes)) }
  }

  @Test("A truncated file is refused with the offset at which something is missing")
  func truncation() throws {
    let bytes = try LoadingFixture.bytes("tiny-gemma3.gguf")
    let fixture = try LoadingFixture()
    let header = 12_000
    for length in Array(stride(from: 0, to: header, by: 53)) + [bytes.count / 2, bytes.count - 1] {
      let path = try fixture.file(Array(bytes[..<length]))
      let error = #expect(throws: ModelFileError.self) { try GGUFFile(contentsOf: path) }
      #expect(error?.message.contains("offset") == true)
      #expect(error?.code == .truncated)
    }
  }
}
