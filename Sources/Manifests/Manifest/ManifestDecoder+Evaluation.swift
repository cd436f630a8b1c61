import Assets
import Files
import Scoring

extension ManifestDecoder {
  /// Reads `evaluation:`.
  ///
  /// `data` is what is trained on, which must not be evaluated on.
  func decodeEvaluation(_ reader: NodeReader, data: Manifest.TrainingData?) -> [Manifest.Evaluation]
  {
    guard let mapping = reader.mapping(path: "evaluation") else { return [] }
    defer { mapping.finish() }
    var evaluations: [Manifest.Evaluation] = []
    for entry in mapping.required("tasks")?.list(limit: 64) ?? [] {
      guard let evaluation = decodeTask(entry, trainedOn: data?.assets ?? []) else { continue }
      if evaluations.contains(where: { $0.name == evaluation.name }) {
        entry.report(
          .contradiction,
          "the evaluation '\(evaluation.name)' is already declared; give this one another 'name'")
      }
      evaluations.append(evaluation)
    }
    return evaluations
  }

  private func decodeTask(_ reader: NodeReader, trainedOn: [String]) -> Manifest.Evaluation? {
    guard let mapping = reader.mapping(path: "evaluation.tasks") else { return nil }
    defer { mapping.finish() }
    let benchmark = mapping.required("task")?.benchmark()
    let name = mapping.optional("name").map { $0.identifier() } ?? benchmark?.name
    let documentsReader = mapping.required("documents", "the asset with the questions")
    let documents = documentsReader.map { assetNames($0) }
    if let documentsReader, let documents {
      rejectTrainedDocuments(documents, trainedOn, documentsReader)
    }
    let examplesReader = mapping.optional("examples")
    let examples = examplesReader.map { assetNames($0) } ?? []
    let format = mapping.required("format")?.choice(of: DataFormat.self)
    let fields = mapping.optional("fields")
    let oneRowPer = mapping.optional("one_row_per").flatMap { fieldPath($0) }
    let fewShotReader = mapping.required("num_fewshot")
    let fewShotCount = fewShotReader?.integer(in: 0...64)
    let usesChatTemplate = mapping.optional("chat_template").map { $0.boolean() } ?? false
    let limitReaders = ["limit", "limit_per_subject"].map {
      (key: $0, reader: mapping.optional($0))
    }
    let newTokensReader =
      benchmark?.isGenerative == true
      ? mapping.required("max_new_tokens") : mapping.optional("max_new_tokens")
    let newTokens = newTokensReader?.integer(in: 1...32_768)
    let sampling = decodeSampling(mapping, benchmark)
    let languageData = decodeLanguageData(mapping, benchmark)
    if let fewShotReader, let fewShotCount, fewShotCount > 0, examplesReader == nil {
      fewShotReader.report(
        .contradiction,
        "\(fewShotReader.name) is \(fewShotCount), but there are no 'examples' to show")
    }
    if fewShotCount == 0 {
      mapping.forbid("examples", "'num_fewshot' is 0, so they would never be shown")
    }
    if let fewShotReader, let fewShotCount, fewShotCount > 0,
      benchmark?.tasks[0].fewShotRule == .never
    {
      fewShotReader.report(
        .contradiction, "\(fewShotReader.name) is \(fewShotCount), but the task shows no examples")
    }
    guard let benchmark else { return nil }
    let columns = fields.map { decodeColumns($0, benchmark) } ?? benchmark.originalColumns
    if !benchmark.isGenerative {
      mapping.forbid(
        "max_new_tokens", "\(benchmark.name) compares given answers and generates none")
    }
    if benchmark.subjectColumn == nil {
      mapping.forbid("limit_per_subject", "\(benchmark.name) has no subjects; use 'limit'")
    } else {
      mapping.forbid("limit", "\(benchmark.name) has 'limit_per_subject'")
    }
    let limit = limitReaders.first { $0.key == benchmark.limitKey }?.reader?
      .integer(in: 1...1_000_000_000)
    guard let name, let documents, let format, let fewShotCount, let usesChatTemplate,
      !benchmark.needsLanguageData || languageData != nil
    else { return nil }
    return Manifest.Evaluation(
      name: name, benchmark: benchmark, documents: documents, examples: examples, format: format,
      columns: columns, oneRowPer: oneRowPer, limit: limit, fewShotCount: fewShotCount,
      usesChatTemplate: usesChatTemplate, maximumNewTokens: newTokens, sampling: sampling,
      languageData: languageData)
  }

  /// Reads `samples:`, which says how many answers are drawn, and how.
  private func decodeSampling(
    _ mapping: MappingReader, _ benchmark: Benchmark?
  ) -> AnswerSampling? {
    if let benchmark, !benchmark.takesSampling {
      let reason =
        benchmark.isGenerative
        ? "is scored instruction by instruction, of one answer"
        : "compares given answers and generates none"
      mapping.forbid("samples", "\(benchmark.name) \(reason)")
      return nil
    }
    guard let samples = mapping.optional("samples")?.mapping(path: "samples") else { return nil }
    defer { samples.finish() }
    let countReader = samples.required("count", "the number of answers to each document")
    let count = countReader?.integer(in: 1...1000)
    let temperature = samples.required("temperature")?
      .number("from 0.01 to 100, or 0 for the likeliest tokens") {
        $0 == 0 || AnswerSampling.temperatures.contains($0)
      }
    guard temperature != 0 else {
      if let countReader, let count, count > 1 {
        countReader.report(
          .contradiction,
          "\(countReader.name) is \(count), but at temperature 0 all answers are the same")
      }
      for key in ["top_p", "seed"] { samples.forbid(key, "at temperature 0 nothing is drawn") }
      return .greedy
    }
    let topP =
      samples.optional("top_p").map { $0.number("above 0 and at most 1") { $0 > 0 && $0 <= 1 } }
      ?? 1
    let seed = samples.required("seed").flatMap(decodeSeed)
    guard let count, let temperature, let topP, let seed else { return nil }
    return AnswerSampling(count: count, temperature: temperature, topP: topP, seed: seed)
  }

  /// Whether two origins are repositories of the Hub with a file in common.
  private static func overlap(_ left: Manifest.AssetOrigin, _ right: Manifest.AssetOrigin) -> Bool {
    guard case .hub(let one) = left, case .hub(let other) = right else { return false }
    return one.overlaps(other)
  }

  /// A data set that was trained on says nothing when it is evaluated on: same asset, same digest or same origin.
  private func rejectTrainedDocuments(
    _ documents: [String], _ trainedOn: [String], _ reader: NodeReader
  ) {
    func asset(_ name: String) -> Manifest.AssetDeclaration? {
      declaredAssets.first { $0.name == name }?.asset
    }
    for name in documents {
      let document = asset(name)
      let twin = trainedOn.first { trained in
        guard let document, let asset = asset(trained) else { return trained == name }
        return trained == name || asset.source == document.source
          || (asset.sha256 != nil && asset.sha256 == document.sha256)
          || Self.overlap(asset.source, document.source)
      }
      guard let twin else { continue }
      reader.report(
        .contradiction,
        twin == name
          ? "the asset '\(name)' is trained on, so it must not be evaluated on"
          : "the asset '\(name)' is the same as '\(twin)', which is trained on, so it must not be evaluated on"
      )
    }
  }

  /// Reads `fields:`, the places of a benchmark's columns.
  func decodeColumns(_ reader: NodeReader, _ benchmark: Benchmark) -> [Manifest.ColumnMapping] {
    guard let mapping = reader.mapping(path: "fields") else { return benchmark.originalColumns }
    defer { mapping.finish() }
    var columns = benchmark.originalColumns
    if case .labelledChoices(_, let labels, let key, let position) = benchmark.tasks[0].answer,
      mapping.chosen(position) != nil
    {
      for column in [labels, key] {
        mapping.forbid(column, "'\(position)' takes its place")
        columns.removeAll { $0.column.name == column }
      }
    }
    return benchmark.columns.compactMap { column in
      let standard = columns.first { $0.column == column }
      // Of a column that original rows do not hold, the place has to be told.
      guard standard != nil || column.place == nil,
        let value = mapping.chosen(column.name)
      else { return standard }
      return decodeColumn(column, value) ?? standard
    }
  }

  private func decodeColumn(_ column: TaskColumn, _ reader: NodeReader) -> Manifest.ColumnMapping? {
    textRule(reader, "fields.\(column.name)").map {
      Manifest.ColumnMapping(column: column, rule: $0)
    }
  }

  /// Reads `language_data:`, the assets that only some tasks need.
  private func decodeLanguageData(
    _ mapping: MappingReader, _ benchmark: Benchmark?
  ) -> Manifest.LanguageDataAssets? {
    guard benchmark?.needsLanguageData == true else {
      if let benchmark {
        mapping.forbid(
          "language_data", "\(benchmark.name) does not ask what language a text is in")
      }
      return nil
    }
    return mapping.required("language_data", "assets that tell sentences and languages")
      .flatMap(decodeLanguageData)
  }

  /// Reads what `language_data:` names.
  func decodeLanguageData(_ reader: NodeReader) -> Manifest.LanguageDataAssets? {
    guard let assets = reader.mapping(path: "language_data") else { return nil }
    defer { assets.finish() }
    let punkt = assets.required("punkt", "the files of Punkt's English model")
      .flatMap { assetName($0, allowsList: true) }
    let profiles = assets.required("langdetect_profiles", "the folder of langdetect's profiles")
      .flatMap { assetName($0) }
    let messages = assets.required("langdetect_messages", "langdetect's messages.properties")
      .flatMap { assetName($0) }
    guard let punkt, let profiles, let messages else { return nil }
    return Manifest.LanguageDataAssets(punkt: punkt, profiles: profiles, messages: messages)
  }
}

extension NodeReader {
  /// The name of a benchmark.
  func benchmark() -> Benchmark? {
    choice(among: Benchmark.all.map(\.name)).flatMap(Benchmark.named)
  }
}
