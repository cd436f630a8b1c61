package import Files

/// A chat template in Jinja, as far as chat templates use the language, rendered as transformers does by jinja2.
///
/// Whatever is not interpreted is refused by name and line. Nothing but the template, the variables and the moment that
/// the caller gives reaches the text.
package struct JinjaTemplate: Sendable {
  /// What rendering may use up, so that a hostile template ends.
  struct Limits: Sendable {
    /// Evaluated parts, and handled values and bytes in sixteens.
    var steps = 1 << 25
    /// Bytes of text that are given out.
    var outputSize = 1 << 26
    /// How deep calls, statements and expressions may nest.
    var depth = 160
  }

  /// The template's text.
  package let source: String
  private let syntax: JinjaSyntax
  var limits = Limits()

  /// Parses a template.
  ///
  /// - Throws: `TokenizerError` for what is no Jinja or not interpreted.
  package init(_ source: String) throws {
    self.source = source
    syntax = try JinjaParser.parse(source)
  }

  /// Renders the template.
  ///
  /// - Parameters:
  ///   - variables: what the template may ask for, such as `messages`.
  ///   - moment: what `strftime_now` writes; nil refuses templates that ask for it.
  /// - Returns: the text.
  /// - Throws: `TokenizerError` when the template refuses the variables, fails as it does in Python, or goes on too long.
  package func render(
    _ variables: JSON.Object, moment: JinjaMoment? = nil
  ) throws -> String {
    let interpreter = JinjaInterpreter(syntax, limits: limits, moment: moment)
    defer { interpreter.clear() }
    return try interpreter.render(variables)
  }
}

/// What a template takes for the present.
package struct JinjaMoment: Sendable, Equatable {
  /// Date of the Gregorian calendar.
  package let year, month, day: Int
  /// Time of day.
  package let hour, minute, second: Int

  /// A moment; nil for one that does not exist.
  package init?(
    year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0
  ) {
    guard (1...9999).contains(year), (1...12).contains(month),
      (1...Self.length(of: month, year)).contains(day), (0..<24).contains(hour),
      (0..<60).contains(minute), (0..<60).contains(second)
    else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
    (self.hour, self.minute, self.second) = (hour, minute, second)
  }

  private static func length(of month: Int, _ year: Int) -> Int {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  }

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
  private static let weekdays = [
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
  ]

  private var dayOfYear: Int {
    (1..<month).reduce(day) { $0 + Self.length(of: $1, year) }
  }

  /// Days since Sunday.
  private var weekday: Int {
    let past = year - 1
    return (past + past / 4 - past / 100 + past / 400 + dayOfYear) % 7
  }

  /// `strftime(format)` in the language of the C locale; nil for a sign that is not known.
  func formatted(_ format: String) -> String? {
    var result = ""
    var isField = false
    var width: Int?
    for scalar in format.unicodeScalars {
      if !isField {
        if scalar == "%" { isField = true } else { result.unicodeScalars.append(scalar) }
      } else if scalar == "-", width == nil {
        // glibc's sign for numbers without zeros in front.
        width = 1
      } else {
        guard let field = field(scalar, width: width) else { return nil }
        result += field
        (isField, width) = (false, nil)
      }
    }
    return isField ? nil : result
  }

  private func field(_ sign: Unicode.Scalar, width: Int?) -> String? {
    func padded(_ number: Int, _ digits: Int = 2) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, (width ?? digits) - text.utf8.count)) + text
    }
    switch sign {
    case "Y": return width == nil ? String(year) : nil
    case "y": return padded(year % 100)
    case "m": return padded(month)
    case "d": return padded(day)
    case "H": return padded(hour)
    case "I": return padded(hour % 12 == 0 ? 12 : hour % 12)
    case "M": return padded(minute)
    case "S": return padded(second)
    case "j": return padded(dayOfYear, 3)
    default: break
    }
    guard width == nil else { return nil }
    switch sign {
    case "B": return Self.months[month - 1]
    case "b", "h": return String(Self.months[month - 1].prefix(3))
    case "A": return Self.weekdays[weekday]
    case "a": return String(Self.weekdays[weekday].prefix(3))
    case "p": return hour < 12 ? "AM" : "PM"
    case "F": return "\(year)-\(padded(month))-\(padded(day))"
    case "T": return "\(padded(hour)):\(padded(minute)):\(padded(second))"
    case "R": return "\(padded(hour)):\(padded(minute))"
    case "%": return "%"
    default: return nil
    }
  }
}
