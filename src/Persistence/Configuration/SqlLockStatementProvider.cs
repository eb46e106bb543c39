using System.Text;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Bus.Persistence;

/// <summary>
/// Makes lock statements from the EF model: schema, table and columns are the mapped ones, delimited as the database asks.
/// </summary>
/// <param name="defaultSchema">The schema for a table that the model gives none; null for the database's own default.</param>
public abstract class SqlLockStatementProvider(string? defaultSchema) : ILockStatementProvider
{
    /// <summary>What is selected.</summary>
    protected virtual string Columns => "*";

    /// <summary>What follows the table's name, with its leading blank; empty for nothing.</summary>
    protected virtual string TableHint => "";

    /// <summary>What ends the statement, with its leading blank; empty for nothing.</summary>
    protected virtual string Ending => "";

    /// <inheritdoc />
    public string GetRowLockStatement<T>(DbContext context)
        where T : class => GetRowLockStatement<T>(context, nameof(ISaga.CorrelationId));

    /// <inheritdoc />
    public string GetRowLockStatement<T>(DbContext context, params string[] propertyNames)
        where T : class
    {
        var entity = context.Model.FindEntityType(typeof(T))
            ?? throw new InvalidOperationException($"{typeof(T).Name} is not mapped in {context.GetType().Name}: add its SagaClassMap to Configurations.");
        var table = entity.GetTableName()
            ?? throw new InvalidOperationException($"{typeof(T).Name} is not mapped to a table in {context.GetType().Name}: map it with ToTable(...).");
        var schema = entity.GetSchema();
        var sql = context.GetService<ISqlGenerationHelper>();

        var statement = new StringBuilder("SELECT ").Append(Columns).Append(" FROM ")
            .Append(Escape(sql.DelimitIdentifier(table, schema ?? defaultSchema))).Append(TableHint).Append(" WHERE ");
        for (var i = 0; i < propertyNames.Length; i++)
        {
            var column = Column(entity, propertyNames[i], StoreObjectIdentifier.Table(table, schema));
            statement.Append(i == 0 ? "" : " AND ").Append(Escape(sql.DelimitIdentifier(column))).Append(" = {").Append(i).Append('}');
        }

        return statement.Append(Ending).ToString();
    }

    private static string Column(IEntityType entity, string propertyName, StoreObjectIdentifier table) =>
        entity.GetProperties().FirstOrDefault(property => property.Name.Equals(propertyName, StringComparison.OrdinalIgnoreCase))?.GetColumnName(table)
        ?? throw new InvalidOperationException($"{entity.DisplayName()}.{propertyName} is not mapped to a column of '{table.Name}'.");

    // The statement goes through a format of {0}, {1}: a brace in a name must stay a brace.
    private static string Escape(string identifier) =>
        identifier.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);
}
