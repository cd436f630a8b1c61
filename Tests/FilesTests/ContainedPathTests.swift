import Foundation
import TestSupport
import Testing

@testable import Files

@Suite("A path that no link leads out of")
struct ContainedPathTests {
  private let folder: TemporaryFolder
  private let home: TemporaryFolder
  private var root: ContainedPath { ContainedPath(root: folder.path) }

  init() throws {
    folder = try TemporaryFolder()
    home = try TemporaryFolder()
    _ = try home.write([1], to: "file")
    _ = try home.write([2], to: "sub/file")
  }

  private func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.path(of: name), withDestinationPath: target)
  }

  private func code(_ body: () throws -> Void) -> FileError.Code? {
    do { try body() } catch { return (error as? FileError)?.code }
    return nil
  }

  @Test("Nothing is read, written, listed, locked, made or removed by way of a link")
  func links() throws {
    try link("out", to: home.path)
    try link("file", to: home.path(of: "file"))
    let out = root.appending("out")
    let new = out.appending("new")
    for (name, body) in [
      ("read", { _ = try OpenFile.contents(of: out.appending("file")) }),
      ("read a link", { _ = try OpenFile.contents(of: root.appending("file")) }),
      ("write", { try AtomicFile.write([3], to: new) }),
      ("open", { _ = try OpenFile(root.appending("file"), flags: O_WRONLY) }),
      ("create", { _ = try OpenFile(new, flags: O_WRONLY | O_CREAT | O_EXCL) }),
      ("list", { _ = try out.names() }), ("list below", { _ = try out.appending("sub").names() }),
      ("lock", { _ = try FileLock(path: out.appending("file")) }),
      ("lock a link", { _ = try FileLock(path: root.appending("file")) }),
      ("make", { try out.appending("a/b").createFolder() }),
      ("make a link", { try out.createFolder() }),
      ("remove", { try out.appending("file").remove() }),
      ("look", { _ = try FileStatus(at: out.appending("file")) }),
      ("move away", { try out.appending("file").move(to: root.appending("mine")) }),
      ("name", { _ = try out.appending("file").addName(root.appending("mine")) }),
      ("link", { try new.makeLink(to: "/") }),
    ] as [(String, () throws -> Void)] { #expect(code(body) == .link, "\(name)") }
    #expect(home.files() == ["file", "sub/file"])
    #expect(try FileStatus(at: out)?.kind == .link)
  }

  @Test("A link is removed, and moved, and replaced, itself; what it leads to is left")
  func linksThemselves() throws {
    try link("out", to: home.path)
    try FileManager.default.createDirectory(
      atPath: folder.path(of: "tree/deep"), withIntermediateDirectories: true)
    try link("tree/deep/out", to: home.path)
    try link("tree/file", to: home.path(of: "file"))
    try root.appending("tree").remove()
    try root.appending("out").move(to: root.appending("moved"))
    try AtomicFile.write([3], to: root.appending("moved"))
    #expect(try root.names() == ["moved"])
    #expect(try OpenFile.contents(of: root.appending("moved")) == [3])
    #expect(home.files() == ["file", "sub/file"])
  }

  @Test("The folder that somebody names may be reached through links")
  func namedFolder() throws {
    try link("to", to: home.path)
    let named = ContainedPath(root: folder.path(of: "to"))
    try AtomicFile.write([3], to: named.appending("new"))
    #expect(try OpenFile.contents(of: named.appending("sub/file")) == [2])
    #expect(home.files() == ["file", "new", "sub/file"])
  }

  @Test("Folders that become links while others write and remove lose nothing of the home")
  func exchanged() throws {
    let (root, homePath, path) = (root, home.path, folder.path(of: "work"))
    DispatchQueue.concurrentPerform(iterations: 3) { worker in
      for round in 0..<400 {
        switch worker {
        case 0:
          _ = Glibc.rename(path, "\(path)-\(round)")
          _ = Glibc.symlink(homePath, path)
          usleep(1000)
          unlink(path)
        case 1:
          try? root.appending("work/sub").createFolder()
          try? AtomicFile.write([9], to: root.appending("work/sub/file"))
          try? AtomicFile.write([9], to: root.appending("work/file"))
        default:
          try? root.appending("work/sub").remove()
          if round % 10 == 0 { try? root.appending("work").remove() }
        }
      }
    }
    #expect(home.files() == ["file", "sub/file"])
    #expect(try OpenFile.contents(of: home.path(of: "file")) == [1])
    #expect(try OpenFile.contents(of: home.path(of: "sub/file")) == [2])
  }

  @Test(
    "A file with a second name elsewhere, a pipe and a folder are not written to, and nothing hangs"
  )
  func others() throws {
    try root.appending("folder").createFolder()
    #expect(Glibc.link(home.path(of: "file"), folder.path(of: "second")) == 0)
    #expect(mkfifo(folder.path(of: "pipe"), 0o600) == 0)
    for name in ["second", "pipe", "folder"] {
      let place = root.appending(name)
      #expect(code { _ = try OpenFile(place, flags: O_WRONLY | O_APPEND) } == .unwritable)
      #expect(code { _ = try FileLock(path: place) } == .unwritable)
      #expect(name == "second" || code { _ = try OpenFile.contents(of: place) } == .unreadable)
    }
    #expect(try OpenFile.contents(of: root.appending("second")) == [1])
  }

  @Test(
    "What is no name of a file is refused", arguments: ["..", ".", "", "a/../b", "a//b", "a\0b"])
  func names(name: String) throws {
    try root.appending("a").createFolder()
    #expect(code { try AtomicFile.write([1], to: root.appending(name)) } == .unreadable)
    #expect(code { try root.appending(name).remove() } == .unreadable)
  }

  @Test(
    "Names are what the system takes them for",
    arguments: ["~", "~root", "a b", "a\nb", "a\u{301}", "é", "%41", "\u{202E}x", "-rf"])
  func oddNames(name: String) throws {
    let odd = ContainedPath(root: folder.path(of: name))
    try odd.appending("\(name)/x").createFolder()
    try AtomicFile.write([1], to: odd.appending("\(name)/x/\(name)"))
    #expect(folder.files() == ["\(name)/\(name)/x/\(name)"])
    #expect(try OpenFile.contents(of: "\(folder.path)/\(name)/\(name)/x/\(name)") == [1])
    try odd.appending(name).remove()
    #expect(try odd.names() == [])
  }

  @Test("A folder with a name that is not UTF-8 is removed with the rest, and not listed by name")
  func otherEncodings() throws {
    try root.appending("tree").createFolder()
    #expect(
      mkdir(
        [UInt8](Array("\(folder.path)/tree/".utf8) + [0xFF, 0]).map { CChar(bitPattern: $0) }, 0o755
      ) == 0)
    #expect(try root.appending("tree").names() == [])
    #expect(try root.appending("tree").allNames() == [nil])
    try root.appending("tree").remove()
    #expect(try root.names() == [])
  }

  @Test("What is nested deeper than any program makes it is an error, not a crash")
  func deep() throws {
    var place = root
    for _ in 0..<(ContainedPath.deepest + 4) { place = place.appending("a") }
    try place.createFolder()
    #expect(code { try root.appending("a").remove() } == .unwritable)
  }

  @Test("A path becomes absolute without leading elsewhere")
  func absolute() {
    #expect(ContainedPath.absolute("/a//b/./c/") == "/a/b/c")
    #expect(ContainedPath.absolute("/a/../b") == "/a/../b")
    #expect(ContainedPath.absolute("/") == "/")
    #expect(ContainedPath.absolute("") == "")
    let here = FileManager.default.currentDirectoryPath
    #expect(ContainedPath.absolute("~/x") == "\(here)/~/x")
    #expect(ContainedPath.absolute(".") == here)
    #expect(ContainedPath("/a/b/").name == "b" && ContainedPath("/a/b/").root == "/a")
    #expect(ContainedPath(root: "/a/b").name == "b" && ContainedPath(root: "/").name == "/")
  }
}
