package import Files
package import Manifests

/// What a published table was found to hold.
package struct DecodingOutcome: CommandOutcome {
  private let table: DecodedTable
  private let file: ExperimentFile
  private let recipe: Recipe?

  /// Tells of a table, the file that it stands in, and what the publication says of its settings.
  package init(_ table: DecodedTable, of file: ExperimentFile, recipe: Recipe?) {
    (self.table, self.file, self.recipe) = (table, file, recipe)
  }

  package var text: ReportText {
    let summary = recipe.map { recipe -> ReportText in
      "Recipe: \(DecodingRecipeText.summary(recipe)) (--recipe prints it)."
    }
    return ReportText(
      paragraphs: [DecodingText.text(table, path: file.path)] + (summary.map { [$0] } ?? []))
  }
  package var json: JSON { DecodingJSON.json(table, file: file, recipe: recipe) }
  package var exitCode: Int32 { table.exitCode }
}
