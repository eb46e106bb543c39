using Bus.Persistence.Databases;

namespace Bus.Persistence.Jobs;

/// <content>What jobs are found by.</content>
internal sealed partial class PostgresJobs
{
    private readonly string _forgetTags = $"DELETE FROM {tables.Tag} AS t WHERE job_id = ANY($1) AND NOT EXISTS (SELECT 1 FROM {tables.Job} AS j WHERE j.id = t.job_id)";

    private readonly string _insertTags =
        $"INSERT INTO {tables.Tag} (job_id, tag) SELECT j.id, t.value FROM {tables.Job} AS j CROSS JOIN LATERAL json_array_elements_text(j.tags::json) AS t(value) WHERE j.id = ANY($1) ON CONFLICT DO NOTHING";

    // A row may be an earlier one, or missing: it says what is to be there.
    private void AddTags(StoreBatch batch, List<NewJob> special)
    {
        var tagged = special.Where(job => job.Tags is not null).Select(job => job.Id).ToArray();
        if (tagged.Length > 0)
            batch.Add(_insertTags, Value(tagged));
    }
}
