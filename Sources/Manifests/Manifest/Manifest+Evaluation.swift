package import Assets
import Files
package import Scoring

extension Manifest {
  /// A benchmark as every arm is evaluated on it.
  package struct Evaluation: Sendable, Equatable {
    /// Name in tables and expectations; the benchmark's unless declared.
    package let name: String
    /// What is asked.
    package let benchmark: Benchmark
    /// Files with the documents, read one after the other.
    package let documents: [String]
    /// Files with the few-shot examples; empty if none are shown.
    package let examples: [String]
    /// How all of them are written.
    package let format: DataFormat
    /// Where a row holds what the task reads, in the order of the benchmark's columns.
    package let columns: [ColumnMapping]
    /// Only a file's first row of each value of this field is a document; nil if every row is.
    package let oneRowPer: FieldPath?
    /// How many documents are asked, the first ones, of each subject where there are some; nil asks all.
    package let limit: Int?
    /// Number of few-shot examples.
    package let fewShotCount: Int
    /// Whether prompts are written as conversations.
    package let usesChatTemplate: Bool
    /// Longest answer in tokens; nil unless the task generates.
    package let maximumNewTokens: Int?
    /// How answers are drawn and counted; nil for one greedy answer.
    package let sampling: AnswerSampling?
    /// Files that tell sentences and languages; nil unless the task needs them.
    package let languageData: LanguageDataAssets?

    /// Names of the assets that it reads besides the model.
    package var assets: [String] {
      documents + examples
        + (languageData.map { [$0.punkt, $0.profiles, $0.messages] } ?? [])
    }
  }

  /// Whether arms are trained on an asset, and nothing else is done with it.
  package func isOnlyTrainedOn(_ asset: String) -> Bool {
    trainingData.assets.contains(asset) && !model.source.assets.contains(asset)
      && !evaluations.contains { $0.assets.contains(asset) }
  }

  /// Names of the assets that tell sentences and languages.
  package struct LanguageDataAssets: Sendable, Equatable {
    /// The four files of Punkt's English model.
    package let punkt: String
    /// The folder of langdetect's profiles.
    package let profiles: String
    /// langdetect's messages.properties.
    package let messages: String
  }

  /// Where a row holds a column, and what is made of the text there.
  package struct ColumnMapping: Sendable, Equatable {
    /// The task's column.
    package let column: TaskColumn
    /// The place in the row; what is made of a text there.
    package let rule: TextRule
  }
}

extension Benchmark {
  /// What is read of a row unless told otherwise, and where the original data sets hold it.
  var originalColumns: [Manifest.ColumnMapping] {
    columns.compactMap { column in
      column.place.flatMap { FieldPath($0) }.map {
        Manifest.ColumnMapping(column: column, rule: TextRule($0))
      }
    }
  }

  /// The key of manifests that limits the number of documents.
  var limitKey: String { subjectColumn == nil ? "limit" : "limit_per_subject" }
}
