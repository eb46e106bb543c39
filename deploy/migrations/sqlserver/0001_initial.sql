-- sqlserver: the tables of Bus.Host. Generated from the code; a released script never changes, a change is a new script.
CREATE TABLE [bus_dead_letter] (
    [id] uniqueidentifier NOT NULL,
    [source_key] nvarchar(100) NOT NULL,
    [kind] int NOT NULL,
    [state] int NOT NULL,
    [queue] nvarchar(400) NOT NULL,
    [message_id] nvarchar(200) NULL,
    [correlation_id] nvarchar(200) NULL,
    [message_type] nvarchar(400) NULL,
    [content_type] nvarchar(200) NULL,
    [headers] nvarchar(max) NOT NULL,
    [properties] nvarchar(max) NOT NULL,
    [body] varbinary(max) NOT NULL,
    [reason] nvarchar(100) NOT NULL,
    [exception_type] nvarchar(400) NULL,
    [exception_message] nvarchar(max) NULL,
    [stack] nvarchar(max) NULL,
    [attempts] int NULL,
    [redeliveries] int NULL,
    [host] nvarchar(200) NULL,
    [failed_at] bigint NULL,
    [stored_at] bigint NOT NULL,
    [group_id] uniqueidentifier NOT NULL,
    [replay_of] uniqueidentifier NULL,
    [replays] int NOT NULL,
    [closed_at] bigint NULL,
    [note] nvarchar(max) NULL,
    CONSTRAINT [PK_bus_dead_letter] PRIMARY KEY ([id])
);
GO


CREATE TABLE [bus_dead_letter_group] (
    [id] uniqueidentifier NOT NULL,
    [title] nvarchar(500) NOT NULL,
    [frames] nvarchar(max) NOT NULL,
    [first_seen] bigint NOT NULL,
    [last_seen] bigint NOT NULL,
    [status] int NOT NULL,
    [owner] nvarchar(200) NULL,
    [note] nvarchar(max) NULL,
    CONSTRAINT [PK_bus_dead_letter_group] PRIMARY KEY ([id])
);
GO


CREATE TABLE [bus_dead_letter_replay] (
    [id] uniqueidentifier NOT NULL,
    [action] int NOT NULL,
    [state] int NOT NULL,
    [query] nvarchar(max) NOT NULL,
    [canary] int NULL,
    [per_second] int NULL,
    [queue] nvarchar(400) NULL,
    [reason] nvarchar(max) NULL,
    [matched] bigint NOT NULL,
    [succeeded] bigint NOT NULL,
    [failed] bigint NOT NULL,
    [refused] bigint NOT NULL,
    [error] nvarchar(max) NULL,
    [position] uniqueidentifier NULL,
    [created_at] bigint NOT NULL,
    [ended_at] bigint NULL,
    CONSTRAINT [PK_bus_dead_letter_replay] PRIMARY KEY ([id])
);
GO


CREATE TABLE [bus_inbox] (
    [message_id] uniqueidentifier NOT NULL,
    [consumer_id] uniqueidentifier NOT NULL,
    [received_at] bigint NOT NULL,
    CONSTRAINT [PK_bus_inbox] PRIMARY KEY ([message_id], [consumer_id])
);
GO


CREATE TABLE [bus_job] (
    [id] uniqueidentifier NOT NULL,
    [type] nvarchar(400) NOT NULL,
    [queue] nvarchar(200) NOT NULL,
    [arguments] varbinary(max) NOT NULL,
    [state] int NOT NULL,
    [priority] int NOT NULL,
    [rank] bigint NOT NULL,
    [due_at] bigint NULL,
    [attempts] int NOT NULL,
    [claims] bigint NOT NULL,
    [crashes] int NOT NULL,
    [owner_id] uniqueidentifier NULL,
    [node] nvarchar(200) NULL,
    [cancel_requested] bit NOT NULL,
    [created_at] bigint NOT NULL,
    [started_at] bigint NULL,
    [ended_at] bigint NULL,
    [start_before] bigint NULL,
    [timeout] bigint NULL,
    [order_key] nvarchar(400) NULL,
    [order_policy] int NOT NULL,
    [unique_key] nvarchar(650) NULL,
    [unique_name] nvarchar(650) NULL,
    [unique_while] int NOT NULL,
    [unique_until] bigint NULL,
    [kept_until] bigint NULL,
    [keep_for] bigint NULL,
    [remove_at] AS CASE WHEN state IN (3, 6) AND keep_for > 0 THEN CASE WHEN coalesce(kept_until, unique_until) > ended_at + keep_for THEN coalesce(kept_until, unique_until) ELSE ended_at + keep_for END END PERSISTED,
    [tags] nvarchar(max) NULL,
    [callback] nvarchar(2000) NULL,
    [batch_id] uniqueidentifier NULL,
    [tenant] nvarchar(190) NULL,
    [message_id] uniqueidentifier NULL,
    [consumer_id] uniqueidentifier NULL,
    [limit_key] nvarchar(190) NULL,
    [result] varbinary(max) NULL,
    [error] nvarchar(max) NULL,
    [progress] int NULL,
    [note] nvarchar(max) NULL,
    CONSTRAINT [PK_bus_job] PRIMARY KEY ([id])
);
GO


CREATE TABLE [bus_job_batch] (
    [id] uniqueidentifier NOT NULL,
    [name] nvarchar(200) NOT NULL,
    [tenant] nvarchar(190) NULL,
    [created_at] bigint NOT NULL,
    [total] int NOT NULL,
    [succeeded] int NOT NULL,
    [dead] int NOT NULL,
    [cancelled] int NOT NULL,
    [closed_at] bigint NULL,
    [first_failed_at] bigint NULL,
    [done_at] bigint NULL,
    [succeeded_at] bigint NULL,
    [failed_type] nvarchar(400) NULL,
    [failed_queue] nvarchar(200) NULL,
    [failed_arguments] varbinary(max) NULL,
    [done_type] nvarchar(400) NULL,
    [done_queue] nvarchar(200) NULL,
    [done_arguments] varbinary(max) NULL,
    [succeeded_type] nvarchar(400) NULL,
    [succeeded_queue] nvarchar(200) NULL,
    [succeeded_arguments] varbinary(max) NULL,
    CONSTRAINT [PK_bus_job_batch] PRIMARY KEY ([id])
);
GO


CREATE TABLE [bus_job_limit] (
    [name] nvarchar(400) NOT NULL,
    [limit_key] nvarchar(190) NOT NULL,
    [free_at] bigint NOT NULL,
    [rests_until] bigint NULL,
    [probe_until] bigint NULL,
    CONSTRAINT [PK_bus_job_limit] PRIMARY KEY NONCLUSTERED ([name], [limit_key])
);
GO


CREATE TABLE [bus_job_line] (
    [position] bigint NOT NULL IDENTITY,
    [order_key] nvarchar(400) NOT NULL,
    [job_id] uniqueidentifier NOT NULL,
    [active] bit NOT NULL,
    CONSTRAINT [PK_bus_job_line] PRIMARY KEY ([position])
);
GO


CREATE TABLE [bus_job_log] (
    [job_id] uniqueidentifier NOT NULL,
    [claim] bigint NOT NULL,
    [number] int NOT NULL,
    [at] bigint NOT NULL,
    [level] int NOT NULL,
    [text] nvarchar(4000) NOT NULL,
    CONSTRAINT [PK_bus_job_log] PRIMARY KEY ([job_id], [claim], [number])
);
GO


CREATE TABLE [bus_job_pause] (
    [kind] int NOT NULL,
    [name] nvarchar(400) NOT NULL,
    CONSTRAINT [PK_bus_job_pause] PRIMARY KEY ([kind], [name])
);
GO


CREATE TABLE [bus_job_run] (
    [job_id] uniqueidentifier NOT NULL,
    [claim] bigint NOT NULL,
    [outcome] int NOT NULL,
    [node] nvarchar(200) NULL,
    [started_at] bigint NULL,
    [ended_at] bigint NOT NULL,
    [error] nvarchar(max) NULL,
    CONSTRAINT [PK_bus_job_run] PRIMARY KEY ([job_id], [claim])
);
GO


CREATE TABLE [bus_job_stat] (
    [span] int NOT NULL,
    [minute] int NOT NULL,
    [queue] nvarchar(200) NOT NULL,
    [type] nvarchar(400) NOT NULL,
    [node] nvarchar(200) NOT NULL,
    [runs] bigint NOT NULL,
    [succeeded] bigint NOT NULL,
    [failed] bigint NOT NULL,
    [dead] bigint NOT NULL,
    [cancelled] bigint NOT NULL,
    [crashed] bigint NOT NULL,
    [run_ms] bigint NOT NULL,
    [wait_ms] bigint NOT NULL,
    [max_run_ms] bigint NOT NULL,
    CONSTRAINT [PK_bus_job_stat] PRIMARY KEY NONCLUSTERED ([span], [minute], [queue], [type], [node])
);
GO


CREATE TABLE [bus_job_step] (
    [job_id] uniqueidentifier NOT NULL,
    [name] nvarchar(200) NOT NULL,
    [result] varbinary(max) NOT NULL,
    [ended_at] bigint NOT NULL,
    CONSTRAINT [PK_bus_job_step] PRIMARY KEY ([job_id], [name])
);
GO


CREATE TABLE [bus_job_tag] (
    [job_id] uniqueidentifier NOT NULL,
    [tag] nvarchar(100) NOT NULL,
    CONSTRAINT [PK_bus_job_tag] PRIMARY KEY ([job_id], [tag])
);
GO


CREATE TABLE [bus_lease] (
    [name] nvarchar(200) NOT NULL,
    [holder] uniqueidentifier NOT NULL,
    [term] bigint NOT NULL,
    [expires_at] bigint NOT NULL,
    [holder_name] nvarchar(200) NOT NULL,
    CONSTRAINT [PK_bus_lease] PRIMARY KEY ([name])
);
GO


CREATE TABLE [bus_outbox] (
    [owner_id] uniqueidentifier NOT NULL,
    [sequence] bigint NOT NULL,
    [message_id] uniqueidentifier NOT NULL,
    [destination] nvarchar(max) NOT NULL,
    [metadata] nvarchar(max) NOT NULL,
    [body] varbinary(max) NOT NULL,
    [enqueued_at] bigint NOT NULL,
    [parked_at] bigint NULL,
    [error] nvarchar(max) NULL,
    CONSTRAINT [PK_bus_outbox] PRIMARY KEY ([owner_id], [sequence])
);
GO


CREATE TABLE [bus_outbox_ordered] (
    [position] bigint NOT NULL IDENTITY,
    [order_key] nvarchar(400) NOT NULL,
    [message_id] uniqueidentifier NOT NULL,
    [destination] nvarchar(max) NOT NULL,
    [metadata] nvarchar(max) NOT NULL,
    [body] varbinary(max) NOT NULL,
    [enqueued_at] bigint NOT NULL,
    [parked_at] bigint NULL,
    [error] nvarchar(max) NULL,
    CONSTRAINT [PK_bus_outbox_ordered] PRIMARY KEY ([position])
);
GO


CREATE TABLE [bus_schedule] (
    [name] nvarchar(200) NOT NULL,
    [id] uniqueidentifier NOT NULL,
    [definition] nvarchar(max) NOT NULL,
    [message_type] nvarchar(400) NOT NULL,
    [message] nvarchar(max) NOT NULL,
    [state] int NOT NULL,
    [declared_by] nvarchar(200) NULL,
    [revision] int NOT NULL,
    [fingerprint] nvarchar(64) NULL,
    [anchor_at] bigint NOT NULL,
    [last_at] bigint NOT NULL,
    [next_at] bigint NULL,
    [due_at] bigint NULL,
    [runs] bigint NOT NULL,
    [history_from] bigint NOT NULL,
    [active_run] bigint NULL,
    [active_since] bigint NULL,
    [waiting_at] bigint NULL,
    [error] nvarchar(max) NULL,
    [version] bigint NOT NULL,
    CONSTRAINT [PK_bus_schedule] PRIMARY KEY ([name])
);
GO


CREATE TABLE [bus_schedule_run] (
    [schedule] nvarchar(200) NOT NULL,
    [planned_at] bigint NOT NULL,
    [kind] int NOT NULL,
    [outcome] int NOT NULL,
    [message_id] uniqueidentifier NULL,
    [fired_at] bigint NOT NULL,
    [ended_at] bigint NULL,
    [duration] bigint NULL,
    [cancel_requested] bit NOT NULL,
    [note] nvarchar(max) NULL,
    CONSTRAINT [PK_bus_schedule_run] PRIMARY KEY ([schedule], [planned_at], [kind])
);
GO


CREATE TABLE [bus_timer] (
    [token] uniqueidentifier NOT NULL,
    [due_at] bigint NOT NULL,
    [message_id] uniqueidentifier NOT NULL,
    [destination] nvarchar(max) NOT NULL,
    [metadata] nvarchar(max) NOT NULL,
    [body] varbinary(max) NOT NULL,
    [order_key] nvarchar(400) NULL,
    [parked_at] bigint NULL,
    [error] nvarchar(max) NULL,
    [created_at] bigint NOT NULL,
    CONSTRAINT [PK_bus_timer] PRIMARY KEY ([token])
);
GO


CREATE TABLE [image] (
    [id] uniqueidentifier NOT NULL,
    [status] int NOT NULL,
    [file_name] nvarchar(200) NOT NULL,
    [original] nvarchar(120) NOT NULL,
    [bytes] bigint NOT NULL,
    [content] nvarchar(120) NULL,
    [content_type] nvarchar(100) NULL,
    [error] nvarchar(1000) NULL,
    [created_at] bigint NOT NULL,
    CONSTRAINT [PK_image] PRIMARY KEY ([id])
);
GO


CREATE TABLE [image_saga] (
    [image_id] uniqueidentifier NOT NULL,
    [version] int NOT NULL,
    [current_state] nvarchar(40) NOT NULL,
    [file_name] nvarchar(200) NOT NULL,
    [original] nvarchar(120) NOT NULL,
    [original_bytes] bigint NOT NULL,
    [resized] nvarchar(120) NULL,
    [compressed] nvarchar(120) NULL,
    [watermarked] nvarchar(120) NULL,
    [content] nvarchar(120) NULL,
    [content_type] nvarchar(100) NULL,
    [notify] nvarchar(254) NULL,
    [started_at] bigint NOT NULL,
    [ended_at] bigint NULL,
    [failed_step] nvarchar(20) NULL,
    [error] nvarchar(max) NULL,
    [steps] nvarchar(max) NOT NULL,
    CONSTRAINT [PK_image_saga] PRIMARY KEY ([image_id])
);
GO


CREATE TABLE [image_upload_key] (
    [key_hash] nvarchar(64) NOT NULL,
    [content_hash] nvarchar(64) NOT NULL,
    [image_id] uniqueidentifier NOT NULL,
    [expires_at] bigint NOT NULL,
    CONSTRAINT [PK_image_upload_key] PRIMARY KEY ([key_hash])
);
GO


CREATE TABLE [invoice] (
    [order_id] uniqueidentifier NOT NULL,
    [kind] int NOT NULL,
    [number] bigint NULL,
    [at] bigint NOT NULL,
    CONSTRAINT [PK_invoice] PRIMARY KEY ([order_id], [kind])
);
GO


CREATE TABLE [invoice_series] (
    [kind] int NOT NULL,
    [last] bigint NOT NULL,
    CONSTRAINT [PK_invoice_series] PRIMARY KEY ([kind])
);
GO


CREATE TABLE [notification] (
    [id] uniqueidentifier NOT NULL,
    [template] nvarchar(100) NOT NULL,
    [subject] uniqueidentifier NULL,
    [data] nvarchar(max) NOT NULL,
    [state] int NOT NULL,
    [reason] nvarchar(1000) NULL,
    [audience] nvarchar(100) NULL,
    [deliveries] int NOT NULL,
    [created_at] bigint NOT NULL,
    CONSTRAINT [PK_notification] PRIMARY KEY ([id])
);
GO


CREATE TABLE [notification_contact] (
    [audience] nvarchar(100) NOT NULL,
    [id] nvarchar(100) NOT NULL,
    [name] nvarchar(200) NULL,
    [email] nvarchar(254) NULL,
    [phone] nvarchar(16) NULL,
    [push_url] nvarchar(2000) NULL,
    [time_zone] nvarchar(64) NULL,
    CONSTRAINT [PK_notification_contact] PRIMARY KEY ([audience], [id])
);
GO


CREATE TABLE [notification_delivery] (
    [id] uniqueidentifier NOT NULL,
    [notification_id] uniqueidentifier NOT NULL,
    [recipient] nvarchar(100) NOT NULL,
    [name] nvarchar(200) NULL,
    [channel] int NOT NULL,
    [address] nvarchar(2000) NOT NULL,
    [time_zone] nvarchar(64) NULL,
    [status] int NOT NULL,
    [reason] nvarchar(1000) NULL,
    [provider_id] nvarchar(200) NULL,
    [failed_by_provider] bit NOT NULL,
    [changed_at] bigint NOT NULL,
    CONSTRAINT [PK_notification_delivery] PRIMARY KEY ([id])
);
GO


CREATE TABLE [notification_opt_out] (
    [recipient] nvarchar(100) NOT NULL,
    [channel] int NOT NULL,
    [created_at] bigint NOT NULL,
    CONSTRAINT [PK_notification_opt_out] PRIMARY KEY ([recipient], [channel])
);
GO


CREATE TABLE [order_event] (
    [order_id] uniqueidentifier NOT NULL,
    [slot] nvarchar(30) NOT NULL,
    [name] nvarchar(30) NOT NULL,
    [body] nvarchar(max) NOT NULL,
    [at] bigint NOT NULL,
    [unprojected_since] bigint NULL,
    CONSTRAINT [PK_order_event] PRIMARY KEY ([order_id], [slot])
);
GO


CREATE TABLE [order_key] (
    [key_hash] nvarchar(64) NOT NULL,
    [request_hash] nvarchar(64) NOT NULL,
    [order_id] uniqueidentifier NOT NULL,
    [expires_at] bigint NOT NULL,
    CONSTRAINT [PK_order_key] PRIMARY KEY ([key_hash])
);
GO


CREATE TABLE [order_saga] (
    [order_id] uniqueidentifier NOT NULL,
    [version] int NOT NULL,
    [current_state] nvarchar(40) NOT NULL,
    [details] nvarchar(max) NULL,
    [done] nvarchar(200) NOT NULL,
    [failed] nvarchar(200) NOT NULL,
    [reason] nvarchar(max) NULL,
    [error] nvarchar(max) NULL,
    [stuck] nvarchar(max) NULL,
    [is_pending] bit NOT NULL,
    [charge_timer] uniqueidentifier NULL,
    [fulfilment_timer] uniqueidentifier NULL,
    [started_at] bigint NOT NULL,
    [ended_at] bigint NULL,
    CONSTRAINT [PK_order_saga] PRIMARY KEY ([order_id])
);
GO


CREATE TABLE [order_sale] (
    [order_id] uniqueidentifier NOT NULL,
    [sku] nvarchar(64) NOT NULL,
    [day] int NOT NULL,
    [currency] nvarchar(3) NOT NULL,
    [quantity] bigint NOT NULL,
    [amount] bigint NOT NULL,
    CONSTRAINT [PK_order_sale] PRIMARY KEY ([order_id], [sku])
);
GO


CREATE TABLE [order_statistics] (
    [day] int NOT NULL,
    [sku] nvarchar(64) NOT NULL,
    [currency] nvarchar(3) NOT NULL,
    [orders] bigint NOT NULL,
    [quantity] bigint NOT NULL,
    [amount] bigint NOT NULL,
    CONSTRAINT [PK_order_statistics] PRIMARY KEY ([day], [sku], [currency])
);
GO


CREATE TABLE [order_view] (
    [id] uniqueidentifier NOT NULL,
    [number] nvarchar(20) NOT NULL,
    [customer] nvarchar(200) NOT NULL,
    [status] nvarchar(20) NOT NULL,
    [total] bigint NOT NULL,
    [currency] nvarchar(3) NOT NULL,
    [created_at] bigint NOT NULL,
    [changed_at] bigint NOT NULL,
    [reason] nvarchar(max) NULL,
    [facts] int NOT NULL,
    CONSTRAINT [PK_order_view] PRIMARY KEY ([id])
);
GO


CREATE TABLE [product] (
    [sku] nvarchar(64) NOT NULL,
    [name] nvarchar(200) NOT NULL,
    [unit_price] bigint NOT NULL,
    [currency] nvarchar(3) NOT NULL,
    [available] bigint NOT NULL,
    CONSTRAINT [PK_product] PRIMARY KEY ([sku]),
    CONSTRAINT [ck_product_available] CHECK (available >= 0)
);
GO


CREATE TABLE [shipping_label] (
    [order_id] uniqueidentifier NOT NULL,
    [label] nvarchar(100) NULL,
    [reason] nvarchar(500) NULL,
    [state] int NOT NULL,
    CONSTRAINT [PK_shipping_label] PRIMARY KEY ([order_id])
);
GO


CREATE TABLE [stock_reservation] (
    [order_id] uniqueidentifier NOT NULL,
    [sku] nvarchar(64) NOT NULL,
    [quantity] int NOT NULL,
    [state] int NOT NULL,
    CONSTRAINT [PK_stock_reservation] PRIMARY KEY ([order_id], [sku])
);
GO


CREATE TABLE [warehouse_order] (
    [order_id] uniqueidentifier NOT NULL,
    [number] nvarchar(40) NULL,
    [lines] nvarchar(max) NULL,
    [address] nvarchar(max) NULL,
    [state] int NOT NULL,
    [at] bigint NOT NULL,
    CONSTRAINT [PK_warehouse_order] PRIMARY KEY ([order_id])
);
GO


CREATE TABLE [bus_dead_letter_field] (
    [name] nvarchar(200) NOT NULL,
    [value] nvarchar(200) NOT NULL,
    [letter_id] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_bus_dead_letter_field] PRIMARY KEY ([name], [value], [letter_id]),
    CONSTRAINT [FK_bus_dead_letter_field_bus_dead_letter_letter_id] FOREIGN KEY ([letter_id]) REFERENCES [bus_dead_letter] ([id]) ON DELETE CASCADE
);
GO


CREATE TABLE [image_step] (
    [image_id] uniqueidentifier NOT NULL,
    [name] nvarchar(20) NOT NULL,
    [status] int NOT NULL,
    [attempts] int NOT NULL,
    [duration_ms] int NOT NULL,
    CONSTRAINT [PK_image_step] PRIMARY KEY ([image_id], [name]),
    CONSTRAINT [FK_image_step_image_image_id] FOREIGN KEY ([image_id]) REFERENCES [image] ([id]) ON DELETE CASCADE
);
GO


CREATE INDEX [IX_bus_dead_letter_closed_at] ON [bus_dead_letter] ([closed_at]) WHERE closed_at IS NOT NULL;
GO


CREATE INDEX [IX_bus_dead_letter_message_id] ON [bus_dead_letter] ([message_id]) WHERE message_id IS NOT NULL;
GO


CREATE UNIQUE INDEX [IX_bus_dead_letter_source_key] ON [bus_dead_letter] ([source_key]);
GO


CREATE INDEX [IX_bus_dead_letter_state_group_id_id] ON [bus_dead_letter] ([state], [group_id], [id]);
GO


CREATE INDEX [IX_bus_dead_letter_state_id] ON [bus_dead_letter] ([state], [id]);
GO


CREATE INDEX [IX_bus_dead_letter_field_letter_id] ON [bus_dead_letter_field] ([letter_id]);
GO


CREATE INDEX [IX_bus_dead_letter_replay_state] ON [bus_dead_letter_replay] ([state]);
GO


CREATE INDEX [IX_bus_inbox_received_at] ON [bus_inbox] ([received_at]);
GO


CREATE INDEX [IX_bus_job_batch_id_state_id_queue_type_tenant] ON [bus_job] ([batch_id], [state], [id], [queue], [type], [tenant]) WHERE batch_id IS NOT NULL;
GO


CREATE INDEX [IX_bus_job_due_at] ON [bus_job] ([due_at]) WHERE due_at IS NOT NULL;
GO


CREATE UNIQUE INDEX [IX_bus_job_message_id_consumer_id] ON [bus_job] ([message_id], [consumer_id]) WHERE message_id IS NOT NULL;
GO


CREATE INDEX [IX_bus_job_owner_id] ON [bus_job] ([owner_id]) WHERE owner_id IS NOT NULL;
GO


CREATE INDEX [IX_bus_job_queue] ON [bus_job] ([queue]) WHERE state = 1 AND crashes > 1;
GO


CREATE INDEX [IX_bus_job_queue_message_id] ON [bus_job] ([queue], [message_id]) WHERE state = 2 AND message_id IS NOT NULL;
GO


CREATE INDEX [IX_bus_job_queue_type_id] ON [bus_job] ([queue], [type], [id]);
GO


CREATE INDEX [IX_bus_job_queue_type_limit_key_tenant_rank] ON [bus_job] ([queue], [type], [limit_key], [tenant], [rank]) WHERE state = 1 AND limit_key IS NOT NULL;
GO


CREATE INDEX [IX_bus_job_queue_type_rank_tenant_limit_key] ON [bus_job] ([queue], [type], [rank], [tenant], [limit_key]) WHERE state = 1;
GO


CREATE INDEX [IX_bus_job_queue_type_state_id] ON [bus_job] ([queue], [type], [state], [id]) WHERE state IN (0, 3, 4, 5, 6, 7);
GO


CREATE INDEX [IX_bus_job_queue_type_tenant_rank_limit_key] ON [bus_job] ([queue], [type], [tenant], [rank], [limit_key]) WHERE state = 1 AND tenant IS NOT NULL;
GO


CREATE INDEX [IX_bus_job_remove_at] ON [bus_job] ([remove_at]) WHERE ended_at IS NOT NULL AND keep_for IS NOT NULL;
GO


CREATE INDEX [IX_bus_job_state_ended_at] ON [bus_job] ([state], [ended_at]) WHERE ended_at IS NOT NULL AND keep_for IS NULL;
GO


CREATE INDEX [IX_bus_job_tenant_queue_type_state_id] ON [bus_job] ([tenant], [queue], [type], [state], [id]) WHERE tenant IS NOT NULL;
GO


CREATE UNIQUE INDEX [IX_bus_job_unique_key] ON [bus_job] ([unique_key]) WHERE unique_key IS NOT NULL;
GO


CREATE INDEX [IX_bus_job_batch_done_at] ON [bus_job_batch] ([done_at]) WHERE done_at IS NOT NULL;
GO


CREATE INDEX [IX_bus_job_limit_rests_until] ON [bus_job_limit] ([rests_until]) WHERE rests_until IS NOT NULL;
GO


CREATE UNIQUE INDEX [IX_bus_job_line_job_id] ON [bus_job_line] ([job_id]);
GO


CREATE INDEX [IX_bus_job_line_order_key_active_position] ON [bus_job_line] ([order_key], [active], [position]);
GO


CREATE INDEX [IX_bus_job_tag_tag_job_id] ON [bus_job_tag] ([tag], [job_id]);
GO


CREATE INDEX [IX_bus_schedule_due_at] ON [bus_schedule] ([due_at]);
GO


CREATE INDEX [IX_bus_timer_due_at] ON [bus_timer] ([due_at]);
GO


CREATE INDEX [IX_bus_timer_order_key_due_at] ON [bus_timer] ([order_key], [due_at]) WHERE order_key IS NOT NULL;
GO


CREATE INDEX [IX_bus_timer_parked_at] ON [bus_timer] ([parked_at]) WHERE parked_at IS NOT NULL;
GO


CREATE INDEX [IX_image_upload_key_expires_at] ON [image_upload_key] ([expires_at]);
GO


CREATE UNIQUE INDEX [IX_invoice_kind_number] ON [invoice] ([kind], [number]) WHERE number IS NOT NULL;
GO


CREATE INDEX [IX_notification_created_at] ON [notification] ([created_at]);
GO


CREATE INDEX [IX_notification_delivery_notification_id_channel_status] ON [notification_delivery] ([notification_id], [channel], [status]);
GO


CREATE INDEX [IX_notification_delivery_notification_id_id] ON [notification_delivery] ([notification_id], [id]);
GO


CREATE INDEX [IX_order_event_unprojected_since] ON [order_event] ([unprojected_since]) WHERE unprojected_since IS NOT NULL;
GO


CREATE INDEX [IX_order_key_expires_at] ON [order_key] ([expires_at]);
GO


CREATE INDEX [IX_order_view_created_at_number] ON [order_view] ([created_at], [number]);
GO


CREATE INDEX [IX_order_view_status_created_at_number] ON [order_view] ([status], [created_at], [number]);
GO
