import Foundation
import Glibc
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

@Suite struct ArchiveTests {
    @Test func `the digest computed from the file is the one that the server computes, for values of every kind`()
        async throws
    {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            try await ArchiveScenario.awkward(connection)
            try await ArchiveScenario.withFolder { folder in
                for second in [nil, options] {
                    let result = try await ArchiveScenario.archiver(connection, second: second).archive(
                        ArchiveScenario.name("t_1"), to: folder, progress: .silent)
                    let content = try #require(result.manifest.contents.first)
                    #expect(content.digest.rows == 3005 && !content.columns.contains("g"))
                    try await ArchiveVerifier(result.folder).verify()
                    try await ArchiveVerifier("\(result.folder)/manifest.json").verify()
                    let left = try FileManager.default.contentsOfDirectory(atPath: folder)
                    #expect(left == ["\(result.manifest.database).public.t_1"])
                    try FileManager.default.removeItem(atPath: result.folder)
                }
                #expect(
                    try await connection.value("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'rssctl%'") == "0")
            }
            await connection.close()
        }
    }

    @Test func `a hash of any length is PostgreSQL's`() async throws {
        try await withConnection { connection in
            for length in 0...40 {
                let text = String("The quick brown fox, jumps over the lazy dog".prefix(length))
                let expected = try await connection.query("SELECT hashtextextended($1, 0)", [text]).first?
                    .decode(Int64.self, at: 0)
                let bytes = Array(text.utf8)
                #expect(Int64(bitPattern: bytes.withUnsafeBytes(RowDigest.hash)) == expected)
            }
        }
    }

    @Test func `rows cut anywhere have one digest, and are restored as they were`() throws {
        let text = Array("1\ta\\tb\t\\N\n2\t\tx y\n3\tlast\t\n".utf8)
        func digest(_ size: Int) throws -> String {
            var written: [UInt8] = []
            var writer = ColumnBlockWriter(columns: 3) { written += $0 }
            for start in stride(from: 0, to: text.count, by: size) {
                try Array(text[start..<min(start + size, text.count)]).withUnsafeBytes { try writer.feed($0) }
            }
            try writer.finish()
            var (reader, digest, back) = (ColumnBlockReader(columns: 3), RowDigest(), [UInt8]())
            for start in stride(from: 0, to: written.count, by: size) {
                let part = Array(written[start..<min(start + size, written.count)])
                for block in try #require(part.withUnsafeBytes { reader.feed($0) }) {
                    let isRead = block.read { value, column in
                        digest.add(value)
                        back += (column > 0 ? [9] : []) + Array(value)
                    } row: {
                        digest.endRow()
                        back.append(10)
                    }
                    #expect(isRead)
                }
            }
            #expect(back == text && reader.isComplete)
            return "\(digest.rows) \(digest.text)"
        }
        let whole = try digest(1000)
        for size in 1...10 { #expect(try digest(size) == whole) }
    }

    @Test func `what belongs to the visits is included, and only that`() async throws {
        try await withConnection(migrated: true) { connection in
            try await RetireScenario.visits(connection)
            try await ArchiveScenario.withFolder { folder in
                let result = try await ArchiveScenario.archiver(connection).archive(
                    RetireScenario.partition, to: folder, progress: .silent)
                let rows = result.manifest.contents.map { "\($0.relation.quoted) \($0.digest.rows)" }
                #expect(
                    rows == [
                        "\(RetireScenario.partition.quoted) 40", "files.file_attachments 40",
                        "public.hardware_inventory 80", "public.recycling_records 40",
                    ])
            }
        }
    }

    @Test func `a flipped byte and a cut are found in every file, at every place`() async throws {
        try await withConnection { connection in
            try await ArchiveScenario.awkward(connection)
            try await ArchiveScenario.withFolder { folder in
                let archive = try await ArchiveScenario.archiver(connection).archive(
                    ArchiveScenario.name("t_1"), to: folder, progress: .silent
                ).folder
                for name in try FileManager.default.contentsOfDirectory(atPath: archive) {
                    let path = "\(archive)/\(name)"
                    let whole = try #require(FileManager.default.contents(atPath: path))
                    var places = Set([0, 1, whole.count / 2, whole.count - 1])
                    for _ in 0..<20 { places.insert(Int.random(in: 0..<whole.count)) }
                    for place in places {
                        var broken = whole
                        broken[place] ^= 1 << UInt8.random(in: 0..<8)
                        try broken.write(to: URL(fileURLWithPath: path))
                        await #expect(throws: ArchiveError.self, "\(name), byte \(place)") {
                            try await ArchiveVerifier(archive).verify()
                        }
                        try whole.prefix(place).write(to: URL(fileURLWithPath: path))
                        await #expect(throws: ArchiveError.self, "\(name), cut at \(place)") {
                            try await ArchiveVerifier(archive).verify()
                        }
                    }
                    try (whole + whole).write(to: URL(fileURLWithPath: path))
                    await #expect(throws: ArchiveError.self) { try await ArchiveVerifier(archive).verify() }
                    try whole.write(to: URL(fileURLWithPath: path))
                }
                try await ArchiveVerifier(archive).verify()
            }
        }
    }

    @Test func `an archive that is there is not touched, and an unfinished one is swept`() async throws {
        try await withConnection { connection in
            try await ArchiveScenario.awkward(connection)
            try await ArchiveScenario.withFolder { folder in
                let database = try await connection.value("SELECT current_database()") ?? ""
                let place = "\(folder)/\(database).public.t_1"
                try FileManager.default.createDirectory(
                    atPath: "\(place).part", withIntermediateDirectories: true)
                try Data("rest".utf8).write(to: URL(fileURLWithPath: "\(place).part/001-t_1.columns.zst"))
                let archiver = ArchiveScenario.archiver(connection)
                _ = try await archiver.archive(ArchiveScenario.name("t_1"), to: folder, progress: .silent)
                await #expect(throws: ArchiveError.exists(folder: place)) {
                    try await archiver.archive(ArchiveScenario.name("t_1"), to: folder, progress: .silent)
                }
                try await ArchiveVerifier(place).verify()
                await #expect(throws: ArchiveError.notPartition("public.nothing")) {
                    try await archiver.archive(ArchiveScenario.name("nothing"), to: folder, progress: .silent)
                }
            }
        }
    }

    @Test(.enabled(if: getuid() == 0)) func `a full disk leaves no files and is reported`() async throws {
        try await withConnection { connection in
            try await ArchiveScenario.awkward(connection)
            try await connection.execute("UPDATE t_1 SET \"te\"\"xt\" = gen_random_uuid()::text || gen_random_uuid()")
            try await ArchiveScenario.withFileSystem("size=32k") { folder in
                let error = await #expect(throws: ArchiveError.self) {
                    try await ArchiveScenario.archiver(connection).archive(
                        ArchiveScenario.name("t_1"), to: folder, progress: .silent)
                }
                #expect(error?.report.code == "RSS-PARTITION-070" && error?.report.exit == .cannotWrite)
                let left = try FileManager.default.contentsOfDirectory(atPath: folder)
                let traces = try await connection.value(
                    """
                    SELECT (SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'rssctl%')
                         + (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())
                    """)
                #expect(left.isEmpty && traces == "0")
            }
        }
    }

    @Test(.enabled(if: getuid() == 0)) func `a read-only folder is an error with its path`() async throws {
        try await withConnection { connection in
            try await ArchiveScenario.awkward(connection)
            try await ArchiveScenario.withFileSystem("size=1m", isReadOnly: true) { folder in
                await #expect(
                    throws: ArchiveError.unwritable(path: folder, reason: "Read-only file system")
                ) {
                    try await ArchiveScenario.archiver(connection).archive(
                        ArchiveScenario.name("t_1"), to: folder, progress: .silent)
                }
            }
        }
    }

    @Test func `while it is written the partition takes writes, and the archive holds what was there before`()
        async throws
    {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            let other = try await PostgresConnection.connect(options)
            try await ArchiveScenario.awkward(connection)
            let before = try await other.value("SELECT count(*) FROM t_1")
            try await ArchiveScenario.withFolder { folder in
                try await FaultPoint.$handler.withValue({ name in
                    guard name == "archive.copied" else { return }
                    for statement in [
                        "INSERT INTO t (d) VALUES ('2026-01-09')", "UPDATE t SET v = 'x' WHERE d = '2026-01-02'",
                        "UPDATE t SET d = '2026-01-09' WHERE d = '2026-02-03'",
                        "DELETE FROM t_1 WHERE d = '2026-01-04'",
                    ] { _ = try await other.execute(statement) }
                    let triggers = try await other.value("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'rssctl%'")
                    #expect(triggers == "0")
                }) {
                    let result = try await ArchiveScenario.archiver(connection, second: options).archive(
                        ArchiveScenario.name("t_1"), to: folder, progress: .silent)
                    #expect("\(result.manifest.contents[0].digest.rows)" == before)
                }
            }
            await other.close()
            await connection.close()
        }
    }
}
