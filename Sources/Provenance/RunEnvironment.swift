import CLibcrypto
package import Files
import Glibc

/// The machine and the libraries that a run was computed with.
///
/// Nothing in it depends on the locale. What cannot be found out is nil, never a guess.
package struct RunEnvironment: Sendable, Equatable {
  /// The name of the operating system's distribution, like "Debian GNU/Linux 12 (bookworm)".
  package var operatingSystem: String?
  /// Name, release and version of the kernel.
  package var kernel: String
  /// The instruction set architecture, like "x86_64".
  package var architecture: String
  /// The processor's name as it gives it.
  package var processor: String?
  /// The processor's extensions, sorted.
  package var processorFeatures: [String]
  /// Logical processors that are online.
  package var processorCount: Int
  /// Logical processors that this process may run on.
  package var usableProcessorCount: Int?
  /// Physical memory in bytes.
  package var memoryByteCount: Int
  /// Names and versions of libraries, sorted by name.
  package var libraries: [String: String]

  /// Looks at this machine.
  ///
  /// - Parameter libraries: Versions that this module cannot see, like that of OpenBLAS and its kernels.
  /// - Returns: What was found out.
  package static func current(libraries: [String: String] = [:]) -> RunEnvironment {
    let processor = processorInformation()
    let pages = sysconf(Int32(_SC_PHYS_PAGES))
    let pageSize = sysconf(Int32(_SC_PAGESIZE))
    var all = libraries
    all["glibc"] = libraryVersion()
    all["libgit2"] = GitState.libraryVersion
    all["openssl"] = OpenSSL_version(OPENSSL_VERSION).map { String(cString: $0) }
    all["swift-compiler"] = compilerVersion
    return RunEnvironment(
      operatingSystem: distribution(), kernel: kernelName().kernel,
      architecture: kernelName().machine, processor: processor.name,
      processorFeatures: processor.features,
      processorCount: sysconf(Int32(_SC_NPROCESSORS_ONLN)),
      usableProcessorCount: usableProcessors(), memoryByteCount: pages * pageSize, libraries: all)
  }

  /// The digest of the program file that is running: the identity of the build.
  package static func executableDigest() throws(FileError) -> Digest {
    try SHA256.digest(ofFileAt: "/proc/self/exe")
  }

  /// What a record says about the machine.
  package var json: JSON {
    var versions = JSON.Object()
    for (name, version) in libraries.sorted(by: { $0.key < $1.key }) {
      versions[name] = .string(version)
    }
    return [
      "operating_system": JSON(operatingSystem), "kernel": .string(kernel),
      "architecture": .string(architecture), "processor": JSON(processor),
      "processor_features": .array(processorFeatures.map(JSON.string)),
      "processors": JSON(processorCount),
      "usable_processors": usableProcessorCount.map { JSON($0) } ?? .null,
      "memory_bytes": JSON(memoryByteCount), "libraries": .object(versions),
    ]
  }
}

// MARK: - Sources

extension RunEnvironment {
  private static func kernelName() -> (kernel: String, machine: String) {
    var name = utsname()
    uname(&name)
    func text<T>(_ field: T) -> String {
      withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
    return (
      "\(text(name.sysname)) \(text(name.release)) \(text(name.version))", text(name.machine)
    )
  }

  /// Counts the bits of this process's affinity mask, which /proc writes as hexadecimal groups.
  private static func usableProcessors() -> Int? {
    guard let bytes = try? OpenFile.contents(of: "/proc/self/status") else { return nil }
    let key = "Cpus_allowed:"
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      .first { $0.hasPrefix(key) }
    return line?.dropFirst(key.count).reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
  }

  /// The version of the C library, like "glibc 2.36".
  private static func libraryVersion() -> String? {
    var text = [CChar](repeating: 0, count: 64)
    guard confstr(Int32(_CS_GNU_LIBC_VERSION), &text, text.count) > 0 else { return nil }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private static func distribution() -> String? {
    guard let bytes = try? OpenFile.contents(of: "/etc/os-release") else { return nil }
    let key = "PRETTY_NAME="
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      .first { $0.hasPrefix(key) }
    return line.map { String($0.dropFirst(key.count)).filter { $0 != "\"" } }
  }

  private static func processorInformation() -> (name: String?, features: [String]) {
    guard let bytes = try? OpenFile.contents(of: "/proc/cpuinfo") else { return (nil, []) }
    return processorInformation(String(decoding: bytes, as: UTF8.self))
  }

  /// Reads /proc/cpuinfo: the first processor's name and its flags ("Features" on ARM).
  static func processorInformation(_ text: String) -> (name: String?, features: [String]) {
    var name: String?
    var features: [String]?
    for line in text.split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let key = line[..<colon].filter { $0 != "\t" }
      let words = line[line.index(after: colon)...].split(separator: " ")
      switch key {
      case "model name" where name == nil: name = words.joined(separator: " ")
      case "flags" where features == nil, "Features" where features == nil:
        features = words.map(String.init).sorted()
      default: break
      }
    }
    return (name, features ?? [])
  }

  /// The version of the compiler that built this, as far as conditional compilation can tell.
  private static var compilerVersion: String {
    #if compiler(>=6.4)
      "6.4 or later"
    #elseif compiler(>=6.3.1)
      "6.3.1 or a later 6.3"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }
}
