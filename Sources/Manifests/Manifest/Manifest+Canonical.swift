import Assets
package import Files
import Recipes
import Scoring
import Tensors
import Tokenizers

// The JSON of each part of a manifest holds everything that the part says, defaults included, and nothing of how it was
// written: comments, order of keys, anchors, presets and number formats make no difference. Orders that mean something
// (lists of files, seeds) stay; those that do not (assets, arms) are objects, whose keys canonical JSON sorts.

extension Manifest {
  /// The whole manifest but its expectations as JSON; its canonical digest identifies what was declared.
  package var canonical: JSON {
    object([
      ("schema", JSON(Self.schemaVersion)),
      ("name", .string(name)),
      ("title", .string(title)),
      ("description", .string(description)),
      ("assets", object(assets.map { ($0.name, $0.canonical) })),
      ("unpinned", object(unpinned.map { ($0.asset, .string($0.reason)) })),
      ("model", model.canonical),
      ("data", ["train": trainingData.canonical]),
      ("training", training.canonical),
      // What came later is only written where it is not what it was before.
      ("engine", engine == .native ? .null : .string(engine.rawValue)),
      ("axolotl", engine == .axolotl ? axolotl.canonical : .null),
      ("numerics", .string(numerics.rawValue)),
      ("arms", object(declaredArms.map { ($0.name, $0.canonical) })),
      ("selected_arms", selectedArms.isEmpty ? .null : names(selectedArms)),
      ("evaluation", ["tasks": .array(evaluations.map(\.canonical))]),
      ("inspection", inspection?.canonical ?? .null),
      ("overrides", overrides.isEmpty ? .null : names(overrides)),
    ])
  }
}

/// An object of members with unique keys, without those that are null: an absent key and a null are the same.
private func object(_ members: [(String, JSON)]) -> JSON { JSON(present: members) }

private func integer(_ value: Int?) -> JSON { value.map { JSON($0) } ?? .null }

private func names(_ values: [String]) -> JSON { .array(values.map(JSON.string)) }

// MARK: - Assets

extension Wheel {
  fileprivate var canonical: JSON {
    object([
      ("pypi", .string(requirement)), ("file", .string(fileName)), ("sha256", JSON(sha256)),
      ("bytes", integer(bytes)),
    ])
  }
}

extension Manifest.AssetDeclaration {
  /// The declaration as JSON, its wheel included, its name and how it is obtained not.
  package var canonical: JSON {
    object([
      ("source", source.canonical), ("sha256", sha256.map { JSON($0) } ?? .null),
      ("bytes", integer(bytes)), ("license", JSON(license)),
    ])
  }
}

extension Manifest.AssetOrigin {
  fileprivate var canonical: JSON {
    switch self {
    case .members(let members):
      [
        "members": .array(
          members.map { ["wheel": $0.wheel.canonical, "member": .string($0.path)] })
      ]
    case .memberList(let wheel, let path):
      ["wheel": wheel.canonical, "members": .string(path)]
    case .https(let address): ["https": .string(address)]
    case .file(let path): ["file": .string(path)]
    case .hub(let hub):
      [
        hub.repository.kind.rawValue: .string(hub.repository.name),
        "revision": .string(hub.repository.revision), "gated": .bool(hub.repository.isGated),
        "files": .array(
          hub.files.map {
            object([
              ("path", .string($0.path)), ("sha256", $0.sha256.map { JSON($0) } ?? .null),
              ("bytes", integer($0.bytes)),
            ])
          }),
      ]
    }
  }
}

// MARK: - Model and data

extension Manifest.Model {
  /// The model as JSON.
  package var canonical: JSON {
    switch source {
    case .pretrained(let asset):
      ["pretrained": .string(asset), "chat_template": .string(chatTemplate.rawValue)]
    case .initialized(let model):
      object([
        ("config", .string(model.configuration)), ("tokenizer", .string(model.tokenizer)),
        ("tokenizer_config", JSON(model.tokenizerConfiguration)),
        (
          "initialize",
          [
            "seed": JSON(Int(model.seed)), "standard_deviation": .number(model.standardDeviation),
          ]
        ),
        ("chat_template", .string(chatTemplate.rawValue)),
      ])
    }
  }
}

extension Manifest.TrainingData {
  /// The training data as JSON.
  package var canonical: JSON {
    object([
      ("assets", names(assets)), ("format", .string(format.rawValue)),
      ("fields", fields.canonical), ("shuffle", .string(shuffle.rawValue)),
      ("sequence_length_tokens", JSON(lengths.maximumLength)),
      ("overlong", .string(lengths.overlong.rawValue)),
      ("take", integer(exampleLimit)), ("train_on_inputs", .bool(trainsOnInputs)),
      ("train_on_end_of_turn", .string(endOfTurn.rawValue)),
    ])
  }
}

extension Manifest.ConversationFields {
  fileprivate var canonical: JSON {
    switch self {
    case .turns(let user, let assistant):
      [
        "user": user == TextRule(user.path) ? .string(user.path.description) : user.canonical,
        "assistant": assistant == TextRule(assistant.path)
          ? .string(assistant.path.description) : assistant.canonical,
      ]
    case .messages(let path): ["messages": .string(path.description)]
    }
  }
}

// MARK: - Training and arms

extension Manifest.Training {
  /// The settings as JSON; the intervals of checkpoints and whether activations are computed again are left out, for they
  /// change no result.
  package var canonical: JSON {
    JSON(present: [("seeds", .array(seeds.map { JSON(Int($0)) }))] + settings.canonical)
  }
}

extension TrainingConfiguration {
  /// What all arms share, which is all but objective and seed.
  fileprivate var canonical: [(String, JSON)] {
    let rise: (String, JSON) =
      switch warmUp {
      case .steps(let count): ("warmup_steps", JSON(count))
      case .ratio(let ratio): ("warmup_ratio", .number(ratio))
      case .automatic: ("warmup", "automatic")
      }
    return [
      ("micro_batch_size", JSON(microBatchSize)),
      ("gradient_accumulation_steps", JSON(accumulationSteps)),
      // What came later is only written where it is not what it was before.
      ("ranks", ranks == 1 ? .null : JSON(ranks)),
      ("precision", precision == .float32 ? .null : .string(precision.rawValue)),
      maximumSteps.map { ("max_steps", JSON($0)) } ?? ("epochs", JSON(epochs)),
      ("order", .string(order.rawValue)), ("optimizer", optimizer.canonical),
      ("learning_rate", .number(learningRate)), ("schedule", .string(schedule.rawValue)), rise,
      ("max_gradient_norm", maximumGradientNorm.map(JSON.number) ?? "none"),
      ("reduction", .string(reduction.rawValue)),
    ]
  }
}

extension AdamWSettings {
  fileprivate var canonical: JSON {
    [
      "name": "adamw", "betas": [.number(beta1), .number(beta2)], "epsilon": .number(epsilon),
      "weight_decay": .number(weightDecay),
    ]
  }
}

extension Manifest.Arm {
  /// What the arm does, and whether only on demand, as JSON.
  fileprivate var canonical: JSON {
    guard isOptional, case .object(var members) = treatment.canonical else {
      return treatment.canonical
    }
    members["optional"] = true
    return .object(members)
  }
}

extension Manifest.Treatment {
  /// What an arm does, as JSON: the values of presets, not their names.
  package var canonical: JSON {
    switch self {
    case .untouched: return ["train": false]
    case .trained(let objective, let reduction, let learningRate, let precision):
      let (name, values) = objective.declaration
      return JSON(
        present: [
          ("objective", .string(name)), ("reduction", .string(reduction.rawValue)),
          ("learning_rate", learningRate.map(JSON.number) ?? .null),
          ("precision", JSON(precision?.rawValue)),
        ]
          + values.map { ($0.key, $0.value.canonical) })
    }
  }
}

extension ObjectiveValue {
  fileprivate var canonical: JSON {
    switch self {
    case .integer(let value): JSON(value)
    case .number(let value): .number(value)
    case .word(let word): .string(word)
    case .constant(let value): ["constant": .number(value)]
    }
  }
}

// MARK: - Evaluation

extension Manifest.Evaluation {
  /// The evaluation as JSON.
  package var canonical: JSON {
    object([
      ("name", .string(name)), ("task", .string(benchmark.name)), ("documents", names(documents)),
      ("examples", names(examples)), ("format", .string(format.rawValue)),
      ("fields", object(columns.map { ($0.column.name, $0.canonical) })),
      ("one_row_per", JSON(oneRowPer?.description)),
      (benchmark.limitKey, integer(limit)),
      ("num_fewshot", JSON(fewShotCount)), ("chat_template", .bool(usesChatTemplate)),
      ("max_new_tokens", integer(maximumNewTokens)),
      // What came later is only written where it is not what it was before.
      ("samples", sampling?.canonical ?? .null),
      (
        "language_data",
        languageData.map {
          [
            "punkt": .string($0.punkt), "langdetect_profiles": .string($0.profiles),
            "langdetect_messages": .string($0.messages),
          ]
        } ?? .null
      ),
    ])
  }
}

extension Manifest.ColumnMapping {
  fileprivate var canonical: JSON { rule.canonical }
}

extension TextRule.Replacement {
  fileprivate var canonical: JSON {
    ["share": .number(share), "seed": JSON(Int(seed)), "by": .array(words.map(JSON.string))]
  }
}

extension TextRule {
  fileprivate var canonical: JSON {
    JSON(present: [
      ("field", .string(path.description)), ("remove_prefix", .string(prefix)),
      ("remove_suffix", .string(suffix)), ("first_words", integer(wordLimit)),
      ("replace_words", replacement?.canonical ?? .null),
      ("add_prefix", addedPrefix.isEmpty ? .null : .string(addedPrefix)),
    ])
  }
}
