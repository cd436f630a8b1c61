import Files

/// Punkt's verdict on one candidate, from the words around it.
extension SentenceSplitter {
  /// Whether a token of the context, other than its last, ends a sentence (`text_contains_sentbreak`).
  func containsSentenceBreak(_ text: [Unicode.Scalar], in context: Range<Int>) -> Bool {
    var previous: PunktToken?
    var lineStart = context.lowerBound
    while lineStart <= context.upperBound {
      let lineEnd =
        text[lineStart..<context.upperBound].firstIndex(of: "\n") ?? context.upperBound
      let line = lineStart..<lineEnd
      lineStart = lineEnd + 1
      // A line can be blank for Python and not for the regular expressions.
      if text[line].allSatisfy(PythonText.isWhitespace) { continue }
      var scanner = PunktTokenScanner(text, line: line, release: release)
      while let range = scanner.next() {
        let token = PunktToken(text[range], data: data)
        if var first = previous {
          annotate(&first, before: token)
          if first.isSentenceBreak { return true }
        }
        previous = token
      }
    }
    return false
  }

  /// The second pass: looks at a token that ends in a period once more, knowing the next one.
  private func annotate(_ token: inout PunktToken, before next: PunktToken) {
    guard token.endsInPeriod else { return }
    let type = token.typeWithoutPeriod
    let nextType = next.typeWithoutSentencePeriod

    // 4.1.2, the collocation heuristic.
    if data.collocations.contains(type + [UInt8(ascii: "\t")] + nextType) {
      token.isSentenceBreak = false
      token.isAbbreviation = true
      return
    }

    let isInitial = token.isInitial(release)
    // 4.2, abbreviations and ellipses that end a sentence as well.
    if token.isAbbreviation || token.isEllipsis, !isInitial {
      // 4.1.1 and 4.1.3, the orthographic heuristic and that of frequent sentence starters.
      if startsSentence(next, type: nextType) == true
        || (next.startsUppercase && data.sentenceStarters.contains(nextType))
      {
        token.isSentenceBreak = true
        return
      }
    }

    // 4.3, initials and ordinals.
    guard isInitial || type == PunktToken.number else { return }
    let starts = startsSentence(next, type: nextType)
    let isName =
      starts == nil && isInitial && next.startsUppercase && !seen(nextType, in: .lowercase)
    if starts == false || isName {
      token.isSentenceBreak = false
      token.isAbbreviation = true
    }
  }

  /// The orthographic heuristic (4.1.1): whether the token is the first of a sentence; nil where that is not known.
  private func startsSentence(_ token: PunktToken, type: [UInt8]) -> Bool? {
    if token.isPunctuation { return false }
    if token.startsUppercase, seen(type, in: .lowercase), !seen(type, in: .middleUppercase) {
      return true
    }
    if token.startsLowercase, seen(type, in: .uppercase) || !seen(type, in: .startLowercase) {
      return false
    }
    return nil
  }

  private func seen(_ type: [UInt8], in context: OrthographicContext) -> Bool {
    !(data.orthographicContexts[type] ?? []).isDisjoint(with: context)
  }
}
