using Bus.TestSupport;

namespace Bus.ContractTests.Jobs;

public sealed class When_jobs_are_run_on_sqlite : JobContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_jobs_are_run_on_postgres : JobContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_jobs_are_run_in_one_file : JobContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.OneFileAsync();
}

public sealed class When_jobs_have_keys_on_sqlite : JobKeyContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_jobs_have_keys_on_postgres : JobKeyContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_jobs_have_keys_in_one_file : JobKeyContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.OneFileAsync();
}

public sealed class When_jobs_have_limits_on_sqlite : JobLimitContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_jobs_have_limits_on_postgres : JobLimitContract
{
    protected override bool OneWriter => false;

    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_jobs_have_limits_in_one_file : JobLimitContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.OneFileAsync();
}

public sealed class When_jobs_have_limit_keys_on_sqlite : JobLimitKeyContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_jobs_have_limit_keys_on_postgres : JobLimitKeyContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_jobs_have_limit_keys_in_one_file : JobLimitKeyContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.OneFileAsync();
}

public sealed class When_circuits_of_jobs_are_open_on_sqlite : JobCircuitContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_circuits_of_jobs_are_open_on_postgres : JobCircuitContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_jobs_meet_faults_on_sqlite : JobFaultContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_jobs_meet_faults_on_postgres : JobFaultContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_jobs_meet_faults_in_one_file : JobFaultContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.OneFileAsync();
}

public sealed class When_handlers_of_jobs_misbehave_on_sqlite : JobHandlerContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_handlers_of_jobs_misbehave_on_postgres : JobHandlerContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_jobs_are_watched_on_sqlite : JobLogContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_jobs_are_watched_on_postgres : JobLogContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_jobs_call_back_on_sqlite : JobCallbackContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_jobs_call_back_on_postgres : JobCallbackContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_jobs_are_counted_on_sqlite : JobCountContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_jobs_are_counted_on_postgres : JobCountContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_jobs_are_in_batches_on_sqlite : JobBatchContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_jobs_are_in_batches_on_postgres : JobBatchContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_jobs_are_run_together_on_sqlite : JobGroupContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_jobs_are_run_together_on_postgres : JobGroupContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_jobs_have_much_to_say_on_sqlite : JobPayloadContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_jobs_have_tenants_on_sqlite : JobTenantContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_jobs_have_much_to_say_on_postgres : JobPayloadContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_jobs_have_tenants_on_postgres : JobTenantContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_jobs_are_kept_on_sqlite : JobKeepContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_jobs_are_kept_on_postgres : JobKeepContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_jobs_are_kept_in_one_file : JobKeepContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.OneFileAsync();
}

public sealed class When_jobs_have_tags_on_sqlite : JobTagContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_jobs_have_tags_on_postgres : JobTagContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_jobs_have_tags_in_one_file : JobTagContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.OneFileAsync();
}

public sealed class When_jobs_leave_checkpoints_on_sqlite : JobCheckpointContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_jobs_leave_checkpoints_on_postgres : JobCheckpointContract
{
    protected override bool OneWriter => false;

    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_jobs_leave_checkpoints_in_one_file : JobCheckpointContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.OneFileAsync();
}

public sealed class When_jobs_stall_on_sqlite : JobStallContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_jobs_stall_on_postgres : JobStallContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_jobs_have_names_on_sqlite : JobNameContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_jobs_have_names_on_postgres : JobNameContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_jobs_have_names_in_one_file : JobNameContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.OneFileAsync();
}

public sealed class When_jobs_are_listed_on_sqlite : JobListContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_jobs_are_listed_on_postgres : JobListContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_jobs_are_listed_in_one_file : JobListContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.OneFileAsync();
}
