-- sqlite: the tables of Bus.Host. Generated from the code; a released script never changes, a change is a new script.
CREATE TABLE "bus_dead_letter" (
    "id" TEXT NOT NULL CONSTRAINT "PK_bus_dead_letter" PRIMARY KEY,
    "source_key" TEXT NOT NULL,
    "kind" INTEGER NOT NULL,
    "state" INTEGER NOT NULL,
    "queue" TEXT NOT NULL,
    "message_id" TEXT NULL,
    "correlation_id" TEXT NULL,
    "message_type" TEXT NULL,
    "content_type" TEXT NULL,
    "headers" TEXT NOT NULL,
    "properties" TEXT NOT NULL,
    "body" BLOB NOT NULL,
    "reason" TEXT NOT NULL,
    "exception_type" TEXT NULL,
    "exception_message" TEXT NULL,
    "stack" TEXT NULL,
    "attempts" INTEGER NULL,
    "redeliveries" INTEGER NULL,
    "host" TEXT NULL,
    "failed_at" INTEGER NULL,
    "stored_at" INTEGER NOT NULL,
    "group_id" TEXT NOT NULL,
    "replay_of" TEXT NULL,
    "replays" INTEGER NOT NULL,
    "closed_at" INTEGER NULL,
    "note" TEXT NULL
);


CREATE TABLE "bus_dead_letter_group" (
    "id" TEXT NOT NULL CONSTRAINT "PK_bus_dead_letter_group" PRIMARY KEY,
    "title" TEXT NOT NULL,
    "frames" TEXT NOT NULL,
    "first_seen" INTEGER NOT NULL,
    "last_seen" INTEGER NOT NULL,
    "status" INTEGER NOT NULL,
    "owner" TEXT NULL,
    "note" TEXT NULL
);


CREATE TABLE "bus_dead_letter_replay" (
    "id" TEXT NOT NULL CONSTRAINT "PK_bus_dead_letter_replay" PRIMARY KEY,
    "action" INTEGER NOT NULL,
    "state" INTEGER NOT NULL,
    "query" TEXT NOT NULL,
    "canary" INTEGER NULL,
    "per_second" INTEGER NULL,
    "queue" TEXT NULL,
    "reason" TEXT NULL,
    "matched" INTEGER NOT NULL,
    "succeeded" INTEGER NOT NULL,
    "failed" INTEGER NOT NULL,
    "refused" INTEGER NOT NULL,
    "error" TEXT NULL,
    "position" TEXT NULL,
    "created_at" INTEGER NOT NULL,
    "ended_at" INTEGER NULL
);


CREATE TABLE "bus_inbox" (
    "message_id" TEXT NOT NULL,
    "consumer_id" TEXT NOT NULL,
    "received_at" INTEGER NOT NULL,
    CONSTRAINT "PK_bus_inbox" PRIMARY KEY ("message_id", "consumer_id")
);


CREATE TABLE "bus_job" (
    "id" TEXT NOT NULL CONSTRAINT "PK_bus_job" PRIMARY KEY,
    "type" TEXT NOT NULL,
    "queue" TEXT NOT NULL,
    "arguments" BLOB NOT NULL,
    "state" INTEGER NOT NULL,
    "priority" INTEGER NOT NULL,
    "rank" INTEGER NOT NULL,
    "due_at" INTEGER NULL,
    "attempts" INTEGER NOT NULL,
    "claims" INTEGER NOT NULL,
    "crashes" INTEGER NOT NULL,
    "owner_id" TEXT NULL,
    "node" TEXT NULL,
    "cancel_requested" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "started_at" INTEGER NULL,
    "ended_at" INTEGER NULL,
    "start_before" INTEGER NULL,
    "timeout" INTEGER NULL,
    "order_key" TEXT NULL,
    "order_policy" INTEGER NOT NULL,
    "unique_key" TEXT NULL,
    "unique_name" TEXT NULL,
    "unique_while" INTEGER NOT NULL,
    "unique_until" INTEGER NULL,
    "kept_until" INTEGER NULL,
    "keep_for" INTEGER NULL,
    "remove_at" AS (CASE WHEN state IN (3, 6) AND keep_for > 0 THEN CASE WHEN coalesce(kept_until, unique_until) > ended_at + keep_for THEN coalesce(kept_until, unique_until) ELSE ended_at + keep_for END END) STORED,
    "tags" TEXT NULL,
    "callback" TEXT NULL,
    "batch_id" TEXT NULL,
    "tenant" TEXT NULL,
    "message_id" TEXT NULL,
    "consumer_id" TEXT NULL,
    "limit_key" TEXT NULL,
    "result" BLOB NULL,
    "error" TEXT NULL,
    "progress" INTEGER NULL,
    "note" TEXT NULL
);


CREATE TABLE "bus_job_batch" (
    "id" TEXT NOT NULL CONSTRAINT "PK_bus_job_batch" PRIMARY KEY,
    "name" TEXT NOT NULL,
    "tenant" TEXT NULL,
    "created_at" INTEGER NOT NULL,
    "total" INTEGER NOT NULL,
    "succeeded" INTEGER NOT NULL,
    "dead" INTEGER NOT NULL,
    "cancelled" INTEGER NOT NULL,
    "closed_at" INTEGER NULL,
    "first_failed_at" INTEGER NULL,
    "done_at" INTEGER NULL,
    "succeeded_at" INTEGER NULL,
    "failed_type" TEXT NULL,
    "failed_queue" TEXT NULL,
    "failed_arguments" BLOB NULL,
    "done_type" TEXT NULL,
    "done_queue" TEXT NULL,
    "done_arguments" BLOB NULL,
    "succeeded_type" TEXT NULL,
    "succeeded_queue" TEXT NULL,
    "succeeded_arguments" BLOB NULL
);


CREATE TABLE "bus_job_limit" (
    "name" TEXT NOT NULL,
    "limit_key" TEXT NOT NULL,
    "free_at" INTEGER NOT NULL,
    "rests_until" INTEGER NULL,
    "probe_until" INTEGER NULL,
    CONSTRAINT "PK_bus_job_limit" PRIMARY KEY ("name", "limit_key")
);


CREATE TABLE "bus_job_line" (
    "position" INTEGER NOT NULL CONSTRAINT "PK_bus_job_line" PRIMARY KEY AUTOINCREMENT,
    "order_key" TEXT NOT NULL,
    "job_id" TEXT NOT NULL,
    "active" INTEGER NOT NULL
);


CREATE TABLE "bus_job_log" (
    "job_id" TEXT NOT NULL,
    "claim" INTEGER NOT NULL,
    "number" INTEGER NOT NULL,
    "at" INTEGER NOT NULL,
    "level" INTEGER NOT NULL,
    "text" TEXT NOT NULL,
    CONSTRAINT "PK_bus_job_log" PRIMARY KEY ("job_id", "claim", "number")
);


CREATE TABLE "bus_job_pause" (
    "kind" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    CONSTRAINT "PK_bus_job_pause" PRIMARY KEY ("kind", "name")
);


CREATE TABLE "bus_job_run" (
    "job_id" TEXT NOT NULL,
    "claim" INTEGER NOT NULL,
    "outcome" INTEGER NOT NULL,
    "node" TEXT NULL,
    "started_at" INTEGER NULL,
    "ended_at" INTEGER NOT NULL,
    "error" TEXT NULL,
    CONSTRAINT "PK_bus_job_run" PRIMARY KEY ("job_id", "claim")
);


CREATE TABLE "bus_job_stat" (
    "span" INTEGER NOT NULL,
    "minute" INTEGER NOT NULL,
    "queue" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "node" TEXT NOT NULL,
    "runs" INTEGER NOT NULL,
    "succeeded" INTEGER NOT NULL,
    "failed" INTEGER NOT NULL,
    "dead" INTEGER NOT NULL,
    "cancelled" INTEGER NOT NULL,
    "crashed" INTEGER NOT NULL,
    "run_ms" INTEGER NOT NULL,
    "wait_ms" INTEGER NOT NULL,
    "max_run_ms" INTEGER NOT NULL,
    CONSTRAINT "PK_bus_job_stat" PRIMARY KEY ("span", "minute", "queue", "type", "node")
);


CREATE TABLE "bus_job_step" (
    "job_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "result" BLOB NOT NULL,
    "ended_at" INTEGER NOT NULL,
    CONSTRAINT "PK_bus_job_step" PRIMARY KEY ("job_id", "name")
);


CREATE TABLE "bus_job_tag" (
    "job_id" TEXT NOT NULL,
    "tag" TEXT NOT NULL,
    CONSTRAINT "PK_bus_job_tag" PRIMARY KEY ("job_id", "tag")
);


CREATE TABLE "bus_lease" (
    "name" TEXT NOT NULL CONSTRAINT "PK_bus_lease" PRIMARY KEY,
    "holder" TEXT NOT NULL,
    "term" INTEGER NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "holder_name" TEXT NOT NULL
);


CREATE TABLE "bus_outbox" (
    "owner_id" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "message_id" TEXT NOT NULL,
    "destination" TEXT NOT NULL,
    "metadata" TEXT NOT NULL,
    "body" BLOB NOT NULL,
    "enqueued_at" INTEGER NOT NULL,
    "parked_at" INTEGER NULL,
    "error" TEXT NULL,
    CONSTRAINT "PK_bus_outbox" PRIMARY KEY ("owner_id", "sequence")
);


CREATE TABLE "bus_outbox_ordered" (
    "position" INTEGER NOT NULL CONSTRAINT "PK_bus_outbox_ordered" PRIMARY KEY AUTOINCREMENT,
    "order_key" TEXT NOT NULL,
    "message_id" TEXT NOT NULL,
    "destination" TEXT NOT NULL,
    "metadata" TEXT NOT NULL,
    "body" BLOB NOT NULL,
    "enqueued_at" INTEGER NOT NULL,
    "parked_at" INTEGER NULL,
    "error" TEXT NULL
);


CREATE TABLE "bus_schedule" (
    "name" TEXT NOT NULL CONSTRAINT "PK_bus_schedule" PRIMARY KEY,
    "id" TEXT NOT NULL,
    "definition" TEXT NOT NULL,
    "message_type" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "state" INTEGER NOT NULL,
    "declared_by" TEXT NULL,
    "revision" INTEGER NOT NULL,
    "fingerprint" TEXT NULL,
    "anchor_at" INTEGER NOT NULL,
    "last_at" INTEGER NOT NULL,
    "next_at" INTEGER NULL,
    "due_at" INTEGER NULL,
    "runs" INTEGER NOT NULL,
    "history_from" INTEGER NOT NULL,
    "active_run" INTEGER NULL,
    "active_since" INTEGER NULL,
    "waiting_at" INTEGER NULL,
    "error" TEXT NULL,
    "version" INTEGER NOT NULL
);


CREATE TABLE "bus_schedule_run" (
    "schedule" TEXT NOT NULL,
    "planned_at" INTEGER NOT NULL,
    "kind" INTEGER NOT NULL,
    "outcome" INTEGER NOT NULL,
    "message_id" TEXT NULL,
    "fired_at" INTEGER NOT NULL,
    "ended_at" INTEGER NULL,
    "duration" INTEGER NULL,
    "cancel_requested" INTEGER NOT NULL,
    "note" TEXT NULL,
    CONSTRAINT "PK_bus_schedule_run" PRIMARY KEY ("schedule", "planned_at", "kind")
);


CREATE TABLE "bus_timer" (
    "token" TEXT NOT NULL CONSTRAINT "PK_bus_timer" PRIMARY KEY,
    "due_at" INTEGER NOT NULL,
    "message_id" TEXT NOT NULL,
    "destination" TEXT NOT NULL,
    "metadata" TEXT NOT NULL,
    "body" BLOB NOT NULL,
    "order_key" TEXT NULL,
    "parked_at" INTEGER NULL,
    "error" TEXT NULL,
    "created_at" INTEGER NOT NULL
);


CREATE TABLE "image" (
    "id" TEXT NOT NULL CONSTRAINT "PK_image" PRIMARY KEY,
    "status" INTEGER NOT NULL,
    "file_name" TEXT NOT NULL,
    "original" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "content" TEXT NULL,
    "content_type" TEXT NULL,
    "error" TEXT NULL,
    "created_at" INTEGER NOT NULL
);


CREATE TABLE "image_saga" (
    "image_id" TEXT NOT NULL CONSTRAINT "PK_image_saga" PRIMARY KEY,
    "version" INTEGER NOT NULL,
    "current_state" TEXT NOT NULL,
    "file_name" TEXT NOT NULL,
    "original" TEXT NOT NULL,
    "original_bytes" INTEGER NOT NULL,
    "resized" TEXT NULL,
    "compressed" TEXT NULL,
    "watermarked" TEXT NULL,
    "content" TEXT NULL,
    "content_type" TEXT NULL,
    "notify" TEXT NULL,
    "started_at" INTEGER NOT NULL,
    "ended_at" INTEGER NULL,
    "failed_step" TEXT NULL,
    "error" TEXT NULL,
    "steps" TEXT NOT NULL
);


CREATE TABLE "image_upload_key" (
    "key_hash" TEXT NOT NULL CONSTRAINT "PK_image_upload_key" PRIMARY KEY,
    "content_hash" TEXT NOT NULL,
    "image_id" TEXT NOT NULL,
    "expires_at" INTEGER NOT NULL
);


CREATE TABLE "invoice" (
    "order_id" TEXT NOT NULL,
    "kind" INTEGER NOT NULL,
    "number" INTEGER NULL,
    "at" INTEGER NOT NULL,
    CONSTRAINT "PK_invoice" PRIMARY KEY ("order_id", "kind")
);


CREATE TABLE "invoice_series" (
    "kind" INTEGER NOT NULL CONSTRAINT "PK_invoice_series" PRIMARY KEY,
    "last" INTEGER NOT NULL
);


CREATE TABLE "notification" (
    "id" TEXT NOT NULL CONSTRAINT "PK_notification" PRIMARY KEY,
    "template" TEXT NOT NULL,
    "subject" TEXT NULL,
    "data" TEXT NOT NULL,
    "state" INTEGER NOT NULL,
    "reason" TEXT NULL,
    "audience" TEXT NULL,
    "deliveries" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL
);


CREATE TABLE "notification_contact" (
    "audience" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "name" TEXT NULL,
    "email" TEXT NULL,
    "phone" TEXT NULL,
    "push_url" TEXT NULL,
    "time_zone" TEXT NULL,
    CONSTRAINT "PK_notification_contact" PRIMARY KEY ("audience", "id")
);


CREATE TABLE "notification_delivery" (
    "id" TEXT NOT NULL CONSTRAINT "PK_notification_delivery" PRIMARY KEY,
    "notification_id" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "name" TEXT NULL,
    "channel" INTEGER NOT NULL,
    "address" TEXT NOT NULL,
    "time_zone" TEXT NULL,
    "status" INTEGER NOT NULL,
    "reason" TEXT NULL,
    "provider_id" TEXT NULL,
    "failed_by_provider" INTEGER NOT NULL,
    "changed_at" INTEGER NOT NULL
);


CREATE TABLE "notification_opt_out" (
    "recipient" TEXT NOT NULL,
    "channel" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    CONSTRAINT "PK_notification_opt_out" PRIMARY KEY ("recipient", "channel")
);


CREATE TABLE "order_event" (
    "order_id" TEXT NOT NULL,
    "slot" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "at" INTEGER NOT NULL,
    "unprojected_since" INTEGER NULL,
    CONSTRAINT "PK_order_event" PRIMARY KEY ("order_id", "slot")
);


CREATE TABLE "order_key" (
    "key_hash" TEXT NOT NULL CONSTRAINT "PK_order_key" PRIMARY KEY,
    "request_hash" TEXT NOT NULL,
    "order_id" TEXT NOT NULL,
    "expires_at" INTEGER NOT NULL
);


CREATE TABLE "order_saga" (
    "order_id" TEXT NOT NULL CONSTRAINT "PK_order_saga" PRIMARY KEY,
    "version" INTEGER NOT NULL,
    "current_state" TEXT NOT NULL,
    "details" TEXT NULL,
    "done" TEXT NOT NULL,
    "failed" TEXT NOT NULL,
    "reason" TEXT NULL,
    "error" TEXT NULL,
    "stuck" TEXT NULL,
    "is_pending" INTEGER NOT NULL,
    "charge_timer" TEXT NULL,
    "fulfilment_timer" TEXT NULL,
    "started_at" INTEGER NOT NULL,
    "ended_at" INTEGER NULL
);


CREATE TABLE "order_sale" (
    "order_id" TEXT NOT NULL,
    "sku" TEXT NOT NULL,
    "day" INTEGER NOT NULL,
    "currency" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,
    "amount" INTEGER NOT NULL,
    CONSTRAINT "PK_order_sale" PRIMARY KEY ("order_id", "sku")
);


CREATE TABLE "order_statistics" (
    "day" INTEGER NOT NULL,
    "sku" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "orders" INTEGER NOT NULL,
    "quantity" INTEGER NOT NULL,
    "amount" INTEGER NOT NULL,
    CONSTRAINT "PK_order_statistics" PRIMARY KEY ("day", "sku", "currency")
);


CREATE TABLE "order_view" (
    "id" TEXT NOT NULL CONSTRAINT "PK_order_view" PRIMARY KEY,
    "number" TEXT NOT NULL,
    "customer" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "total" INTEGER NOT NULL,
    "currency" TEXT NOT NULL,
    "created_at" INTEGER NOT NULL,
    "changed_at" INTEGER NOT NULL,
    "reason" TEXT NULL,
    "facts" INTEGER NOT NULL
);


CREATE TABLE "product" (
    "sku" TEXT NOT NULL CONSTRAINT "PK_product" PRIMARY KEY,
    "name" TEXT NOT NULL,
    "unit_price" INTEGER NOT NULL,
    "currency" TEXT NOT NULL,
    "available" INTEGER NOT NULL,
    CONSTRAINT "ck_product_available" CHECK (available >= 0)
);


CREATE TABLE "shipping_label" (
    "order_id" TEXT NOT NULL CONSTRAINT "PK_shipping_label" PRIMARY KEY,
    "label" TEXT NULL,
    "reason" TEXT NULL,
    "state" INTEGER NOT NULL
);


CREATE TABLE "stock_reservation" (
    "order_id" TEXT NOT NULL,
    "sku" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,
    "state" INTEGER NOT NULL,
    CONSTRAINT "PK_stock_reservation" PRIMARY KEY ("order_id", "sku")
);


CREATE TABLE "warehouse_order" (
    "order_id" TEXT NOT NULL CONSTRAINT "PK_warehouse_order" PRIMARY KEY,
    "number" TEXT NULL,
    "lines" TEXT NULL,
    "address" TEXT NULL,
    "state" INTEGER NOT NULL,
    "at" INTEGER NOT NULL
);


CREATE TABLE "bus_dead_letter_field" (
    "name" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "letter_id" TEXT NOT NULL,
    CONSTRAINT "PK_bus_dead_letter_field" PRIMARY KEY ("name", "value", "letter_id"),
    CONSTRAINT "FK_bus_dead_letter_field_bus_dead_letter_letter_id" FOREIGN KEY ("letter_id") REFERENCES "bus_dead_letter" ("id") ON DELETE CASCADE
);


CREATE TABLE "image_step" (
    "image_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "status" INTEGER NOT NULL,
    "attempts" INTEGER NOT NULL,
    "duration_ms" INTEGER NOT NULL,
    CONSTRAINT "PK_image_step" PRIMARY KEY ("image_id", "name"),
    CONSTRAINT "FK_image_step_image_image_id" FOREIGN KEY ("image_id") REFERENCES "image" ("id") ON DELETE CASCADE
);


CREATE INDEX "IX_bus_dead_letter_closed_at" ON "bus_dead_letter" ("closed_at") WHERE closed_at IS NOT NULL;


CREATE INDEX "IX_bus_dead_letter_message_id" ON "bus_dead_letter" ("message_id") WHERE message_id IS NOT NULL;


CREATE UNIQUE INDEX "IX_bus_dead_letter_source_key" ON "bus_dead_letter" ("source_key");


CREATE INDEX "IX_bus_dead_letter_state_group_id_id" ON "bus_dead_letter" ("state", "group_id", "id");


CREATE INDEX "IX_bus_dead_letter_state_id" ON "bus_dead_letter" ("state", "id");


CREATE INDEX "IX_bus_dead_letter_field_letter_id" ON "bus_dead_letter_field" ("letter_id");


CREATE INDEX "IX_bus_dead_letter_replay_state" ON "bus_dead_letter_replay" ("state");


CREATE INDEX "IX_bus_inbox_received_at" ON "bus_inbox" ("received_at");


CREATE INDEX "IX_bus_job_batch_id_state_id_queue_type_tenant" ON "bus_job" ("batch_id", "state", "id", "queue", "type", "tenant") WHERE batch_id IS NOT NULL;


CREATE INDEX "IX_bus_job_due_at" ON "bus_job" ("due_at") WHERE due_at IS NOT NULL;


CREATE UNIQUE INDEX "IX_bus_job_message_id_consumer_id" ON "bus_job" ("message_id", "consumer_id") WHERE message_id IS NOT NULL;


CREATE INDEX "IX_bus_job_owner_id" ON "bus_job" ("owner_id") WHERE owner_id IS NOT NULL;


CREATE INDEX "IX_bus_job_queue" ON "bus_job" ("queue") WHERE state = 1 AND crashes > 1;


CREATE INDEX "IX_bus_job_queue_message_id" ON "bus_job" ("queue", "message_id") WHERE state = 2 AND message_id IS NOT NULL;


CREATE INDEX "IX_bus_job_queue_type_id" ON "bus_job" ("queue", "type", "id");


CREATE INDEX "IX_bus_job_queue_type_limit_key_tenant_rank" ON "bus_job" ("queue", "type", "limit_key", "tenant", "rank") WHERE state = 1 AND limit_key IS NOT NULL;


CREATE INDEX "IX_bus_job_queue_type_rank_tenant_limit_key" ON "bus_job" ("queue", "type", "rank", "tenant", "limit_key") WHERE state = 1;


CREATE INDEX "IX_bus_job_queue_type_state_id" ON "bus_job" ("queue", "type", "state", "id") WHERE state IN (0, 3, 4, 5, 6, 7);


CREATE INDEX "IX_bus_job_queue_type_tenant_rank_limit_key" ON "bus_job" ("queue", "type", "tenant", "rank", "limit_key") WHERE state = 1 AND tenant IS NOT NULL;


CREATE INDEX "IX_bus_job_remove_at" ON "bus_job" ("remove_at") WHERE ended_at IS NOT NULL AND keep_for IS NOT NULL;


CREATE INDEX "IX_bus_job_state_ended_at" ON "bus_job" ("state", "ended_at") WHERE ended_at IS NOT NULL AND keep_for IS NULL;


CREATE INDEX "IX_bus_job_tenant_queue_type_state_id" ON "bus_job" ("tenant", "queue", "type", "state", "id") WHERE tenant IS NOT NULL;


CREATE UNIQUE INDEX "IX_bus_job_unique_key" ON "bus_job" ("unique_key") WHERE unique_key IS NOT NULL;


CREATE INDEX "IX_bus_job_batch_done_at" ON "bus_job_batch" ("done_at") WHERE done_at IS NOT NULL;


CREATE INDEX "IX_bus_job_limit_rests_until" ON "bus_job_limit" ("rests_until") WHERE rests_until IS NOT NULL;


CREATE UNIQUE INDEX "IX_bus_job_line_job_id" ON "bus_job_line" ("job_id");


CREATE INDEX "IX_bus_job_line_order_key_active_position" ON "bus_job_line" ("order_key", "active", "position");


CREATE INDEX "IX_bus_job_tag_tag_job_id" ON "bus_job_tag" ("tag", "job_id");


CREATE INDEX "IX_bus_schedule_due_at" ON "bus_schedule" ("due_at");


CREATE INDEX "IX_bus_timer_due_at" ON "bus_timer" ("due_at");


CREATE INDEX "IX_bus_timer_order_key_due_at" ON "bus_timer" ("order_key", "due_at") WHERE order_key IS NOT NULL;


CREATE INDEX "IX_bus_timer_parked_at" ON "bus_timer" ("parked_at") WHERE parked_at IS NOT NULL;


CREATE INDEX "IX_image_upload_key_expires_at" ON "image_upload_key" ("expires_at");


CREATE UNIQUE INDEX "IX_invoice_kind_number" ON "invoice" ("kind", "number") WHERE number IS NOT NULL;


CREATE INDEX "IX_notification_created_at" ON "notification" ("created_at");


CREATE INDEX "IX_notification_delivery_notification_id_channel_status" ON "notification_delivery" ("notification_id", "channel", "status");


CREATE INDEX "IX_notification_delivery_notification_id_id" ON "notification_delivery" ("notification_id", "id");


CREATE INDEX "IX_order_event_unprojected_since" ON "order_event" ("unprojected_since") WHERE unprojected_since IS NOT NULL;


CREATE INDEX "IX_order_key_expires_at" ON "order_key" ("expires_at");


CREATE INDEX "IX_order_view_created_at_number" ON "order_view" ("created_at", "number");


CREATE INDEX "IX_order_view_status_created_at_number" ON "order_view" ("status", "created_at", "number");
