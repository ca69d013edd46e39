import RSSSystem
import TestSupport
import Testing

@Suite struct FilePathTests {
    /// Paths with what `dirname` and `basename` of the system print for them.
    @Test(arguments: [
        ("q", ".", "q"), ("q/", ".", "q"), (".", ".", "."), ("..", ".", ".."), ("/", "/", "/"), ("//", "/", "/"),
        ("/q", "/", "q"), ("/q/", "/", "q"), ("a/b", "a", "b"), ("a//b", "a", "b"), ("/a/b/c", "/a/b", "c"),
        ("./q", ".", "q"), ("é", ".", "é"), ("é/ü", "é", "ü"),
    ])
    func `the parts of a path are those of dirname and basename, whatever its length`(
        path: String, folder: String, name: String
    ) {
        #expect(FilePath.folder(of: path) == folder)
        #expect(FilePath.name(of: path) == name)
    }

    @Test func `temporary files are in a folder from the root on, and never in the root folder itself`() {
        #expect(TemporaryPlace.folder.hasPrefix("/") && TemporaryPlace.folder != "/")
    }

    @Test func `an absolute path has no dots and no doubled slashes, and leaves links alone`() {
        #expect(FilePath.absolute("/a/./b//c/../d/") == "/a/b/d")
        #expect(FilePath.absolute("/..") == "/")
        #expect(FilePath.absolute("q") == FilePath.absolute("./q"))
        #expect(FilePath.absolute("q").hasPrefix("/"))
    }
}
