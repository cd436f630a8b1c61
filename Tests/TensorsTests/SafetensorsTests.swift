import Files
import Foundation
import Testing

@testable import Tensors

@Suite struct SafetensorsTests {
  @Test("A file of the reference implementation is listed by name with types and shapes")
  func listing() throws {
    let file = try SafetensorsFile(contentsOf: SafetensorsFixture.path("mixed.safetensors"))
    #expect(
      file.tensors.map(\.name) == [
        "bfloat16", "bfloat16.as32", "bool", "float16", "float16.as32", "float64", "float8",
        "int64", "int8", "uint8",
      ])
    #expect(file.tensor("float8")?.dtype == .float8E4M3)
    #expect(file.tensor("int64")?.shape == [3])
    #expect(file.tensor("nothing") == nil)
    #expect(file.metadata == ["source": "make_safetensors.py", "ü": "1"])
  }

  @Test(
    "Half-precision numbers are widened as PyTorch widens them", arguments: ["float16", "bfloat16"])
  func widening(name: String) throws {
    let file = try SafetensorsFile(contentsOf: SafetensorsFixture.path("mixed.safetensors"))
    let found = try elements(of: name, in: file)
    let expected = try elements(of: name + ".as32", in: file)
    #expect(
      zip(found, expected).allSatisfy { $0.bitPattern == $1.bitPattern || $0.isNaN && $1.isNaN })
  }

  @Test("Every half-precision bit pattern has the value that Float16 gives it")
  func allHalves() {
    for bits in 0...UInt16.max {
      let found = HalfPrecision.value(ofFloat16: bits)
      let expected = Float(Float16(bitPattern: bits))
      if found.bitPattern != expected.bitPattern && !(found.isNaN && expected.isNaN) {
        Issue.record("\(bits): \(found) is not \(expected)")
      }
    }
  }

  @Test("Other element types are refused with their name when they are read")
  func unreadTypes() throws {
    let file = try SafetensorsFile(contentsOf: SafetensorsFixture.path("mixed.safetensors"))
    let buffer = FloatBuffer(count: 3)
    let error = #expect(throws: TensorFileError.self) {
      try file.read("int64", into: buffer.elements)
    }
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains("int64 is stored as I64") == true)
    #expect(throws: TensorFileError.self) { try file.read("nothing", into: buffer.elements) }
  }

  @Test("A written file has the bytes of the reference implementation")
  func sameBytes() throws {
    let path = try SafetensorsFixture.path("written.safetensors")
    let file = try SafetensorsFile(contentsOf: path)
    let buffers = try file.tensors.map { tensor in
      let buffer = FloatBuffer(count: tensor.count)
      try file.read(tensor.name, into: buffer.elements)
      return buffer
    }
    let tensors = zip(file.tensors, buffers).map { tensor, buffer in
      SafetensorsWriter.Tensor(
        name: tensor.name, shape: tensor.shape, buffer: buffer, range: 0..<buffer.count)
    }
    let fixture = try SafetensorsFixture()
    let written = fixture.folder + "/again.safetensors"
    try SafetensorsWriter.write(
      tensors.reversed(), metadata: file.metadata, to: ContainedPath(written))
    #expect(try Data(contentsOf: URL(filePath: written)) == Data(contentsOf: URL(filePath: path)))
    #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.folder).count == 1)
  }

  @Test("Writing into a folder that does not exist is an error that names it")
  func unwritable() throws {
    let error = #expect(throws: FileError.self) {
      try SafetensorsWriter.write(
        [], metadata: [:], to: ContainedPath("/nowhere/model.safetensors"))
    }
    #expect(error?.code == .notFound && error?.message.contains("/nowhere") == true)
  }

  @Test("What is no regular file is refused", arguments: ["/", "/dev/null", "/nowhere"])
  func noFile(path: String) throws {
    let error = #expect(throws: FileError.self) { try SafetensorsFile(contentsOf: path) }
    #expect(error?.code == (path == "/nowhere" ? .notFound : .unreadable))
  }

  @Test(
    "A header that breaks a rule is refused with the reason",
    arguments: [
      ("[]", 0, "expected the header's"),
      (" {}", 0, "expected the header's"),
      ("{} x", 0, "the end of the text"),
      ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 3, "truncated"),
      ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 5, "tensors end at"),
      ("{\"a\":{\"dtype\":\"F31\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "unknown dtype"),
      ("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, "64 bits"),
      ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "without gap"),
      ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 8, "without gap"),
      (
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        8, "without gap"
      ),
      (
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
        8, "occurs twice"
      ),
      (
        "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4,
        "twice"
      ),
      ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "data_offsets"),
      ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,4]}}", 4, "two data_offsets"),
      ("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, "not negative"),
      ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]}}", 4, "expected"),
      ("{\"a\":{\"dtype\":\"F32\",\"shape\":[01],\"data_offsets\":[0,4]}}", 4, "superfluous 0"),
      ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"x\":{}}}", 4, "found x"),
      (
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775808],\"data_offsets\":[0,4]}}", 4,
        "too large"
      ),
      (
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,4]}}", 4,
        "impossible shape"
      ),
      ("{\"__metadata__\":{\"a\":1}}", 0, "expected"),
      ("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", 0, "twice"),
      ("{\"a\\ud800\":{}}", 0, "surrogate"),
      ("{\"a\\q\":{}}", 0, "backslash"),
      ("{\"a", 0, "closing"),
      ("{\"a\u{1}\":{}}", 0, "control character"),
    ])
  func brokenHeaders(header: String, dataSize: Int, reason: String) throws {
    let fixture = try SafetensorsFixture()
    let path = try fixture.file(header: header, dataSize: dataSize)
    let error = #expect(throws: TensorFileError.self) { try SafetensorsFile(contentsOf: path) }
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
  }

  @Test(
    "An announced header larger than the file, or than any header, is refused before it is read")
  func headerLengths() throws {
    let fixture = try SafetensorsFixture()
    for length in [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [3, 0, 0, 0, 0, 0, 0, 0]] {
      let path = try fixture.file(length.map { UInt8($0) } + [0x7b, 0x7d])
      #expect(throws: TensorFileError.self) { try SafetensorsFile(contentsOf: path) }
    }
    #expect(throws: TensorFileError.self) {
      try SafetensorsFile(contentsOf: try fixture.file([1, 2, 3]))
    }
  }

  @Test("Escapes in names are decoded, surrogate pairs too")
  func escapes() throws {
    let fixture = try SafetensorsFixture()
    let path = try fixture.file(
      header:
        #"{ "__metadata__" : { } , "\ud83d\ude00\t\/\u00e9" : { "shape" : [ ] , "dtype" : "F32" , "data_offsets" : [ 0 , 4 ] } }  "#,
      dataSize: 4)
    let file = try SafetensorsFile(contentsOf: path)
    #expect(file.tensors.map(\.name) == ["😀\t/é"])
    #expect(try elements(of: "😀\t/é", in: file) == [0])
  }

  @Test("A file that shrinks after it was opened gives an error when it is read")
  func shrinking() throws {
    let fixture = try SafetensorsFixture()
    let path = try fixture.file(
      header: #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, dataSize: 8)
    let file = try SafetensorsFile(contentsOf: path)
    let handle = try #require(FileHandle(forUpdatingAtPath: path))
    try handle.truncate(atOffset: UInt64(8 + 56 + 4))
    let buffer = FloatBuffer(count: 2)
    let error = #expect(throws: FileError.self) { try file.read("a", into: buffer.elements) }
    #expect(error?.message.contains("became shorter") == true)
    #expect(throws: TensorFileError.self) { try SafetensorsFile(contentsOf: path) }
  }
}
