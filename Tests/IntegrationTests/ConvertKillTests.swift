import Foundation
import Glibc
import PostgresClient
import TestSupport
import Testing

/// `rssctl partition convert` killed.
@Suite(.serialized) struct ConvertKillTests {
    private let convert = [
        "partition", "convert", ConversionScenario.table, "--by", ConversionScenario.column, "--global-unique",
        ConversionScenario.unique.joined(separator: ","), "--yes",
    ]

    @Test func `kill -9 at any point leaves nothing that the next run does not finish`() async throws {
        try await withState { state in
            var kills = FaultPoints.first
            // Until a run is so short that it reaches no further point.
            while kills < 100 {
                let isOver = try await withDatabase { options in
                    let connection = try await PostgresConnection.connect(options)
                    try await connection.executeScript(ConversionScenario.sql)
                    let rows = try await ConversionScenario.data(connection)
                    var environment = try await target(options)
                    let binary = Binary(state: state, environment: environment)
                    environment["RSSCTL_FAULT"] = "\(kills + 1)"
                    let killed = try await Binary(state: state, environment: environment).run(convert)
                    if killed.status == 0 { return true }
                    #expect(killed.status == 128 + SIGKILL, "\(killed.errors)")
                    #expect(try await ConversionScenario.data(connection) == rows, "point \(kills + 1)")
                    // Every other one is aborted first, as far as it can be.
                    if kills % 2 == 1 {
                        let abort = try await binary.run("partition", "convert", ConversionScenario.table, "--abort")
                        #expect(abort.status == 0 || abort.errors.contains("RSS-PARTITION-04"), "\(abort.errors)")
                    }
                    let again = try await binary.run(convert)
                    #expect(again.status == 0, "point \(kills + 1): \(again.errors)")
                    #expect(try await ConversionScenario.data(connection) == rows, "point \(kills + 1)")
                    #expect(try await ConversionScenario.leftovers(connection) == nil, "point \(kills + 1)")
                    await connection.close()
                    return false
                }
                if isOver { break }
                kills += FaultPoints.stride
            }
            #expect(kills >= 15)
        }
    }
}
