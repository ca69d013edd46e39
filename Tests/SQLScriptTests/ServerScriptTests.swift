import CPgQuery
import Foundation
import SQLScript
import Testing

/// PostgreSQL's own parser is the judge, over the SQL that PostgreSQL itself ships.
@Suite struct ServerScriptTests {
    private static let files: [String] = {
        let root = "/usr/share/postgresql"
        let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(".sql") }.map { "\(root)/\($0)" }.sorted()
    }()

    /// The statements as libpg_query splits them, from their first token on; nil where its parser fails.
    private static func judged(_ bytes: [UInt8]) -> [String]? {
        let text = String(decoding: bytes, as: UTF8.self)
        var result = pg_query_split_with_parser(text)
        if result.error != nil {
            pg_query_free_split_result(result)
            result = pg_query_split_with_scanner(text)
        }
        defer { pg_query_free_split_result(result) }
        guard result.error == nil else { return nil }
        return (0..<Int(result.n_stmts)).compactMap { index in
            guard let statement = result.stmts[index]?.pointee else { return nil }
            let start = Int(statement.stmt_location)
            let end = statement.stmt_len == 0 ? bytes.count : start + Int(statement.stmt_len)
            var lexer = Lexer(bytes, from: start, to: end)
            var first: Int?
            var last = start
            while let token = try? lexer.next() {
                if token.isComment { continue }
                first = first ?? token.range.lowerBound
                last = token.range.upperBound
            }
            return first.map { String(decoding: bytes[$0..<last], as: UTF8.self) }
        }
    }

    @Test func `every script of the server is split as PostgreSQL's own parser splits it`() throws {
        try #require(Self.files.count > 100)
        var statements = 0
        for file in Self.files {
            // CREATE EXTENSION skips the lines that warn those who feed an extension's script to psql.
            let text = try String(contentsOfFile: file, encoding: .utf8).split(
                separator: "\n", omittingEmptySubsequences: false
            ).filter { !$0.hasPrefix("\\echo") }.joined(separator: "\n")
            let bytes = Array(text.utf8)
            let judged = try #require(Self.judged(bytes), "\(file)")
            let ours = try Splitter(bytes).statements().map(\.text)
            #expect(ours == judged, "\(file)")
            statements += ours.count
        }
        #expect(statements > 3000)
    }
}
