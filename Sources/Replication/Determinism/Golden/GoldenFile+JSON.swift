import Files
import Foundation
import Records

extension GoldenFile {
  /// The file's text: canonical JSON but for a line break behind each member and element of the outer levels.
  func text() throws -> String {
    func canonical(_ value: JSON) throws -> String {
      String(decoding: try CanonicalJSON.encode(value), as: UTF8.self)
    }
    var lines: [String] = []
    for (key, value) in json.objectValue?.members ?? [] {
      let name = try canonical(.string(key))
      if let elements = value.arrayValue {
        let rows = try elements.map { try canonical($0) }.joined(separator: ",\n  ")
        lines.append("\(name):[\n  \(rows)]")
      } else {
        lines.append("\(name):\(try canonical(value))")
      }
    }
    return "{\n\(lines.joined(separator: ",\n"))\n}\n"
  }

  private var json: JSON {
    [
      "format": .string(Self.format), "name": .string(name), "manifest_sha256": JSON(manifest),
      "shortened_to_steps": steps.map { JSON($0) } ?? .null, "numerics": .string(numerics),
      "made_by": madeBy, "self_test": selfTest.json,
      "training_digest_bytes": JSON(trainingBytes),
      "evaluation_digest_bytes": JSON(evaluationBytes),
      "training": .array(trainings.flatMap(\.json)),
      "evaluation": .array(evaluations.map(\.json)),
    ]
  }

  /// Reads a golden file.
  ///
  /// Throws ``DeterminismError`` `golden` if it is missing, damaged or of another version.
  static func read(_ path: String) throws(DeterminismError) -> GoldenFile {
    do {
      let bytes = try OpenFile.contents(of: path)
      return try GoldenFile(
        JSONField(try JSONParser.parse(bytes, source: path), source: path), source: path)
    } catch let error as DeterminismError {
      throw error
    } catch let error as FileError where error.code == .notFound {
      throw DeterminismError(
        .golden, "There is no golden file at \(path); write one with --record \(path).")
    } catch {
      throw DeterminismError(
        .golden, "The golden file \(path) cannot be read: \(error) Record a new one with --record.")
    }
  }

  init(_ field: JSONField, source: String) throws {
    let format = try field["format"].string()
    guard format == Self.format else {
      throw DeterminismError(
        .golden,
        "The golden file \(source) has the format \"\(format)\"; this program reads \"\(Self.format)\"."
      )
    }
    func size(_ key: String) throws -> Int {
      let value = try field[key].count()
      guard (1...8).contains(value) else { throw field[key].failure("from 1 to 8") }
      return value
    }
    name = try field["name"].string()
    manifest = try field["manifest_sha256"].digest()
    steps =
      field["shortened_to_steps"].isNull ? nil : try field["shortened_to_steps"].count()
    numerics = try field["numerics"].string()
    madeBy = field["made_by"].value ?? .null
    selfTest = try RecordedSelfTest(field["self_test"])
    let trainingBytes = try size("training_digest_bytes")
    evaluationBytes = try size("evaluation_digest_bytes")
    self.trainingBytes = trainingBytes
    trainings = try Self.trainings(try field["training"].elements(), bytes: trainingBytes)
    evaluations = try field["evaluation"].elements().map { try Evaluation($0) }
    guard !(trainings.isEmpty && evaluations.isEmpty) else {
      throw DeterminismError(
        .golden,
        "The golden file \(source) has no training and no evaluation, so nothing can be compared with it; record a new one with --record."
      )
    }
  }

  /// Gathers lines, one a step, into trainings; the line behind the steps of an arm has its weights.
  private static func trainings(_ lines: [JSONField], bytes: Int) throws -> [Training] {
    var trainings: [Training] = []
    var steps: [Step] = []
    for line in lines {
      guard line["weights_sha256"].isNull else {
        trainings.append(
          Training(
            arm: try ArmAddress(line), steps: steps,
            weights: try line["weights_sha256"].digest()))
        steps = []
        continue
      }
      guard try line["step"].integer() == steps.count + 1 else {
        throw line["step"].failure("\(steps.count + 1)")
      }
      let step = Step(
        operations: try line["operations"].count(), digest: try line["digest"].word(),
        shortDigests: try line["results"].base64())
      guard step.shortDigests.isEmpty || step.shortDigests.count / bytes == step.operations,
        step.shortDigests.count.isMultiple(of: bytes)
      else {
        throw line["results"].failure("\(bytes) bytes for each of \(step.operations) results")
      }
      steps.append(step)
    }
    guard steps.isEmpty else {
      throw DeterminismError(
        .golden, "The golden file lacks the weights behind the last \(steps.count) steps.")
    }
    return trainings
  }
}

extension GoldenFile.Training {
  fileprivate var json: [JSON] {
    let lines: [JSON] = steps.enumerated().map { index, step in
      [
        "step": JSON(index + 1), "operations": JSON(step.operations),
        "digest": .word(step.digest),
        "results": .string(Data(step.shortDigests).base64EncodedString()),
      ]
    }
    var end = arm.json
    end["weights_sha256"] = JSON(weights)
    return lines + [.object(end)]
  }
}

extension GoldenFile.Evaluation {
  fileprivate var json: JSON {
    var line = arm.json
    line["evaluation"] = .string(name)
    line["documents"] = JSON(documents)
    line["documents_digest"] = .word(documentsDigest)
    line["rows"] = JSON(rows)
    line["results"] = .string(Data(shortDigests).base64EncodedString())
    return .object(line)
  }

  fileprivate init(_ field: JSONField) throws {
    self.init(
      arm: try ArmAddress(field), name: try field["evaluation"].string(),
      documents: try field["documents"].count(),
      documentsDigest: try field["documents_digest"].word(), rows: try field["rows"].count(),
      shortDigests: try field["results"].base64())
  }
}

extension ArmAddress {
  fileprivate var json: JSON.Object {
    var object = JSON.Object()
    object["arm"] = .string(name)
    object["seed"] = JSON(seed.map { String($0) })
    return object
  }

  fileprivate init(_ field: JSONField) throws {
    var seed: UInt64?
    if !field["seed"].isNull {
      seed = UInt64(try field["seed"].string())
      if seed == nil { throw field["seed"].failure("a whole number as a string") }
    }
    self.init(name: try field["arm"].string(), seed: seed)
  }
}

extension JSON {
  /// A digest as 16 hexadecimal digits.
  fileprivate static func word(_ value: UInt64) -> JSON {
    let digits = String(value, radix: 16)
    return .string(String(repeating: "0", count: 16 - digits.utf8.count) + digits)
  }
}

extension JSONField {
  fileprivate func word() throws -> UInt64 {
    let text = try string()
    guard text.utf8.count == 16, let value = UInt64(text, radix: 16) else {
      throw failure("a digest of 16 hexadecimal digits")
    }
    return value
  }

  fileprivate func base64() throws -> [UInt8] {
    guard let data = Data(base64Encoded: try string()) else { throw failure("base64") }
    return Array(data)
  }
}
