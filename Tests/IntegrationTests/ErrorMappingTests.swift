import Foundation
import RSSBulk
import RSSCache
import RSSCore
import RSSMigrate
import RSSModel
import RSSPartition
import RSSSetup
import Spreadsheet
import Testing

@testable import Console
@testable import Journal
@testable import PostgresClient
@testable import RSSCommands
@testable import RedisClient

/// Faults of servers, disks and other sessions, which no command line brings about by itself: what is reported of each. That they are
/// detected, the suites test that make them: RedisClientTests, FailureTests, SandboxTests, JournalTests, the suites of kills and locks.
@Suite struct ErrorMappingTests {
    private struct Unknown: Error {}

    private static let redis: [(String, String, RSSModel.ExitStatus)] = [
        ("ERR unknown command 'NOPE'", "RSS-REDIS-002", .failed),
        ("LOADING Redis is loading the dataset in memory", "RSS-REDIS-007", .tryAgain),
        ("BUSY Redis is busy running a script", "RSS-REDIS-007", .tryAgain),
        ("CLUSTERDOWN The cluster is down", "RSS-REDIS-008", .unavailable),
        ("MASTERDOWN Link with MASTER is down", "RSS-REDIS-008", .unavailable),
        ("NOREPLICAS Not enough good replicas to write", "RSS-REDIS-008", .unavailable),
        ("MOVED 3999 127.0.0.1:6381", "RSS-REDIS-009", .configuration),
        ("CROSSSLOT Keys in request don't hash to the same slot", "RSS-REDIS-009", .configuration),
    ]

    @Test func `an answer of Redis is reported by its first word`() {
        for (answer, code, exit) in Self.redis {
            let report = ErrorReport(describing: RedisError.server(RedisServerError(answer: answer)))
            #expect(report.code == code && report.exit == exit, "\(answer): \(report)")
            #expect(report.message.contains(answer), "\(report.message)")
        }
    }

    private static let errors: [(any Error, String, RSSModel.ExitStatus)] = [
        (PostgresError(.timedOut, "no answer"), "RSS-PG-003", .unavailable),
        (PostgresError(.stalled, "no byte"), "RSS-PG-017", .unavailable),
        (
            PostgresError(.server, "canceling statement due to lock timeout", sqlState: .lockNotAvailable),
            "RSS-PG-007", .tryAgain
        ),
        (PostgresError(.decoding, "not a number"), "RSS-PG-009", .internalError),
        (CocoaError(.fileReadNoPermission), "RSS-FILE-002", .permission),
        (SubprocessError.cannotStart("pg_dump", reason: "no memory"), "RSS-FILE-011", .failed),
        (SubprocessError.failed("psql", status: 3, words: "broken"), "RSS-FILE-012", .failed),
        (SubprocessError.tookTooLong("pg_dump", limit: .seconds(1)), "RSS-FILE-012", .failed),
        (Unknown(), "RSS-INTERNAL-001", .internalError),
        (ConsoleError.encodingFailed(reason: "not a number"), "RSS-OUTPUT-002", .internalError),
        (ConsoleError.brokenPipe, "RSS-OUTPUT-003", .cannotWrite),
        (JournalError.newer(path: "/j"), "RSS-JOURNAL-002", .failed),
        (
            JournalError.unsafe(path: "/j", reason: "others write to it", hint: "chmod 600 /j"), "RSS-JOURNAL-005",
            .permission
        ),
        (ImportError.changedWhileRead("a.csv"), "RSS-IMPORT-011", .dataError),
        (ImportError.contended("deadlock detected"), "RSS-IMPORT-016", .tryAgain),
        (SpreadsheetError.tooManyRows("a.xlsx", limit: 1_048_576), "RSS-EXPORT-002", .dataError),
        (IndexBuildError.invalid(["public.a_id"]), "RSS-MIGRATE-026", .failed),
        (StructureError.dumpProgramMissing, "RSS-MIGRATE-033", .failed),
        (
            StructureError.dumpProgramTooOld(path: "/usr/bin/pg_dump", version: 14, server: 15), "RSS-MIGRATE-034",
            .failed
        ),
        (SandboxError.noUnprivilegedUser, "RSS-SANDBOX-002", .failed),
        (SandboxError.busy(folder: "/s"), "RSS-SANDBOX-006", .tryAgain),
        (SandboxError.notAnswering(server: "Redis", folder: "/s"), "RSS-SANDBOX-009", .unavailable),
        (SandboxError.stopFailed(server: "Redis", reason: "it is busy"), "RSS-SANDBOX-010", .failed),
        (SeedError.noCategories, "RSS-SEED-003", .failed),
        (PartitionError.unreadableBound(partition: "public.t1", bound: "FOR VALUES"), "RSS-PARTITION-003", .failed),
        (ReshapeError.copiesDiffer(table: "public.t", detail: "1 row"), "RSS-PARTITION-028", .failed),
        (ConversionError.duplicate(table: "public.t", detail: "Key (id)=(1)"), "RSS-PARTITION-051", .failed),
        (ArchiveError.busy(folder: "/a"), "RSS-PARTITION-072", .tryAgain),
        (ArchiveError.untraceable(relation: "public.a", problem: "a cycle"), "RSS-PARTITION-076", .failed),
        (
            ArchiveError.waiting(relation: "public.t1", by: "a_fkey", detail: "Key (id)=(1)"), "RSS-PARTITION-081",
            .failed
        ),
        (
            RetireError.strayRows("public.t1", defaultPartition: "t_rest", range: "2020", problem: "a rule"),
            "RSS-PARTITION-096", .failed
        ),
        (CacheError.lockLost(key: "rssctl:lock"), "RSS-CACHE-002", .tryAgain),
    ]

    @Test func `a fault is reported with its code, its status and what to do`() {
        for (error, code, exit) in Self.errors {
            let report = ErrorReport(describing: error)
            #expect(report.code == code && report.exit == exit, "\(error): \(report)")
            #expect(!report.message.isEmpty && !report.message.hasSuffix("."), "\(report)")
        }
    }

    @Test func `work that does not stop after a signal is abandoned, and that is said`() {
        let report = ProcessEnd.abandoned(.interrupted, timeout: nil)
        #expect(report.code == "RSS-RUN-003" && report.exit == .interrupted && report.hint != nil)
    }
}
