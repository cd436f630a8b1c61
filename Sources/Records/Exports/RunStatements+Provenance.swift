import Files
import Manifests
import Provenance

/// SLSA provenance v1: a run as a build of its record and its weights.
extension RunStatements {
  /// The predicate.
  var provenance: JSON {
    let byproducts = account.files.filter {
      $0.name == RecordFile.events || RecordFile.isOfSamples($0.name)
    }
    let isRun = account.manifest != nil
    return [
      "buildDefinition": [
        "buildType": .string(URIText.own([isRun ? "run" : "import", "v1"])),
        "externalParameters": externalParameters, "internalParameters": internalParameters,
        "resolvedDependencies": .array(inputs + programs),
      ],
      "runDetails": [
        "builder": Self.program(account.programs.last?.version ?? Version.text),
        "metadata": [
          "invocationId": .string(record.id), "startedOn": .string(record.created),
          "finishedOn": .string(record.sealed),
        ],
        "byproducts": .array(byproducts.map { Self.resource($0.name, $0.digest) }),
      ],
    ]
  }

  /// What the manifest's author chose, and the files that say so.
  private var externalParameters: JSON {
    let names = [RecordFile.manifest, RecordFile.expectations, RecordFile.lock]
    return [
      "declaration": account.manifest?.canonical ?? account.importDescription ?? .null,
      "files": .array(resources(names)),
    ]
  }

  /// What the machine decided, session by session.
  private var internalParameters: JSON {
    let keys = ["started", "environment", "internal_parameters", "self_test"]
    return [
      "sessions": .array(
        record.sessions.map { session in JSON(present: keys.map { ($0, session[$0] ?? .null) }) })
    ]
  }

  /// Everything that was read, file by file.
  private var inputs: [JSON] {
    guard account.manifest != nil else {
      return account.files.filter { $0.name.hasPrefix(Imported.sourceFolder) }
        .map { Self.resource($0.name, $0.digest) }
    }
    return account.inputs.flatMap { input in
      input.files.map { file in
        Self.resource(
          file.file, file.digest, uri: input.addresses.first ?? URIText.content(file.digest),
          annotations: [
            ("asset", .string(input.asset)), ("bytes", JSON(file.byteCount)),
            ("license", JSON(input.license)),
            (
              "addresses",
              input.addresses.count > 1 ? .array(input.addresses.map(JSON.string)) : .null
            ),
          ])
      }
    }
  }

  /// The code of every session, each once.
  private var programs: [JSON] {
    var programs: [ProgramVersion] = []
    for program in account.programs where !programs.contains(program) { programs.append(program) }
    return programs.map { program in
      let digest = program.commit.map { ["gitCommit": .string($0)] as JSON }
      let patch = program.patch.map { ["patch_sha256": JSON($0)] as JSON }
      return JSON(present: [
        ("name", .string("replicate \(program.version)")),
        ("uri", .string(program.page.map { "git+\($0)" } ?? URIText.own(["program"]))),
        ("digest", digest ?? .null), ("annotations", patch ?? .null),
      ])
    }
  }
}
