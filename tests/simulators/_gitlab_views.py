"""What a simulated GitLab shows of people, projects, issues, notes and to-dos, with every count it shows."""

from __future__ import annotations

from typing import Any

from tests.simulators._gitlab_calls import Call
from tests.simulators._gitlab_state import Discussion, Note, Project, Target, Todo, User, stamp

Json = dict[str, Any]
_PATHS = {"Issue": "issues", "MergeRequest": "merge_requests", "Commit": "commit"}


class Views:
    """What one caller is shown."""

    def __init__(self, call: Call) -> None:
        self.call, self.home, self.quirks = call, call.home, call.quirks

    def user(self, user: User) -> Json:
        """A user as an author."""
        return {
            "id": user.id,
            "username": user.username,
            "public_email": None,
            "name": user.name,
            "state": user.state,
            "locked": False,
            "avatar_url": f"{self.home}/uploads/-/system/user/avatar/{user.id}/avatar.png",
            "web_url": f"{self.home}/{user.username}",
        }

    def profile(self, user: User) -> Json:
        """A user's own page."""
        texts = ("bio", "location", "skype", "linkedin", "twitter", "discord", "organization", "job_title")
        return {
            **self.user(user),
            **dict.fromkeys(texts, ""),
            "created_at": "2020-01-01T00:00:00.000Z",
            "website_url": f"https://{user.username}.example",
            "pronouns": None,
            "bot": user.bot,
            "work_information": None,
            "local_time": None,
            "followers": 7777,
            "following": 54321,
            "is_followed": False,
        }

    def own(self, user: User) -> Json:
        """The caller's own page."""
        return {
            **self.profile(user),
            "email": f"{user.username}@example.net",
            "projects_limit": 12345,
            "can_create_group": True,
            "can_create_project": True,
            "two_factor_enabled": True,
            "external": False,
            "private_profile": False,
            "identities": [],
            "is_admin": False,
            "note": None,
            "namespace_id": user.id,
            "created_by": None,
            "theme_id": 1,
            "color_scheme_id": 1,
            "current_sign_in_at": None,
            **dict.fromkeys(("last_sign_in_at", "confirmed_at"), "2026-01-01T00:00:00.000Z"),
            "last_activity_on": "2026-01-01",
        }

    def page(self, project: Project) -> str:
        """A project's page."""
        return f"{self.home}/{project.path}"

    def short(self, project: Project) -> Json:
        """A project as to-dos refer to it."""
        name = project.path.rpartition("/")[2]
        return {
            "id": project.id,
            "description": None,
            "name": name,
            "name_with_namespace": project.path.replace("/", " / "),
            "path": name,
            "path_with_namespace": project.path,
            "created_at": "2020-01-01T00:00:00.000Z",
        }

    def project(self, project: Project) -> Json:
        """A project itself."""
        page = self.page(project)
        return {
            **self.short(project),
            "default_branch": "main",
            "topics": [],
            "ssh_url_to_repo": f"git@gitlab.example:{project.path}.git",
            "http_url_to_repo": f"{page}.git",
            "web_url": page,
            "readme_url": None,
            "forks_count": 12345,
            "avatar_url": None,
            "star_count": 8888,
            "last_activity_at": "2026-01-01T00:00:00.000Z",
            "visibility": "private" if project.private else "public",
            "namespace": {"id": 1, "name": "acme", "path": "acme", "kind": "group", "full_path": "acme"},
            "archived": False,
        }

    def address(self, target: Target) -> str:
        """The page of an issue, merge request or commit."""
        path = _PATHS[target.kind]
        if target.kind == "Issue" and self.quirks.work_items:
            path = "work_items"
        return f"{self.page(target.project)}/-/{path}/{target.sha or target.iid}"

    def target(self, target: Target) -> Json:
        """An issue, merge request or commit."""
        if target.kind == "Commit":
            return self._commit(target)
        mark = "#" if target.kind == "Issue" else "!"
        api = f"{self.home}/api/v4/projects/{target.project.id}/{_PATHS[target.kind]}/{target.iid}"
        common: Json = {
            "id": target.id,
            "iid": target.iid,
            "project_id": target.project.id,
            "title": target.title,
            "description": target.description,
            "state": target.state,
            "created_at": stamp(target.at),
            "updated_at": stamp(target.updated_at),
            "closed_at": stamp(target.closed_at) if target.closed_at else None,
            "closed_by": self.user(target.closed_by) if target.closed_by else None,
            "labels": [],
            "milestone": None,
            "assignees": [self.user(one) for one in target.assignees],
            "assignee": self.user(target.assignees[0]) if target.assignees else None,
            "author": self.user(target.author),
            "user_notes_count": 12345,
            "upvotes": 7777,
            "downvotes": 9999,
            "discussion_locked": target.locked or None,
            "web_url": self.address(target),
            "references": {
                "short": f"{mark}{target.iid}",
                "relative": f"{mark}{target.iid}",
                "full": f"{target.project.path}{mark}{target.iid}",
            },
            "time_stats": {
                "time_estimate": 0,
                "total_time_spent": 0,
                "human_time_estimate": None,
                "human_total_time_spent": None,
            },
            "task_completion_status": {"count": 0, "completed_count": 0},
        }
        return {**common, **(self._issue(target, api) if target.kind == "Issue" else self._merge(target))}

    def _issue(self, target: Target, api: str) -> Json:
        subscribed = self.call.token is not None and self.call.user.id not in target.unsubscribed
        return {
            "type": "ISSUE",
            "issue_type": "issue",
            "merge_requests_count": 12345,
            "due_date": None,
            "confidential": target.confidential,
            "has_tasks": False,
            "task_status": "",
            "severity": "UNKNOWN",
            "moved_to_id": None,
            "subscribed": subscribed,
            "_links": {
                "self": api,
                "notes": f"{api}/notes",
                "award_emoji": f"{api}/award_emoji",
                "project": f"{self.home}/api/v4/projects/{target.project.id}",
            },
        }

    def _merge(self, target: Target) -> Json:
        merged = target.state == "merged"
        nothing = (
            "merge_commit_sha",
            "squash_commit_sha",
            "should_remove_source_branch",
            "approvals_before_merge",
        )
        return {
            **dict.fromkeys(nothing),
            "merged_by": self.user(target.closed_by) if merged and target.closed_by else None,
            "merged_at": stamp(target.closed_at) if merged and target.closed_at else None,
            "target_branch": "main",
            "source_branch": "patch-1",
            "reviewers": [self.user(one) for one in target.reviewers],
            "source_project_id": target.project.id,
            "target_project_id": target.project.id,
            "draft": False,
            "work_in_progress": False,
            "merge_when_pipeline_succeeds": False,
            "merge_status": "can_be_merged",
            "detailed_merge_status": "mergeable",
            "sha": "a" * 40,
            "force_remove_source_branch": False,
            "prepared_at": stamp(target.at),
            "reference": f"!{target.iid}",
            "squash": False,
            "has_conflicts": False,
            "blocking_discussions_resolved": True,
        }

    def _commit(self, target: Target) -> Json:
        return {
            "id": target.sha,
            "short_id": target.sha[:8],
            "title": target.title,
            "message": target.description,
            "author_name": target.author.name,
            "author_email": f"{target.author.username}@example.net",
            "authored_date": stamp(target.at),
            "committer_name": target.author.name,
            "committer_email": f"{target.author.username}@example.net",
            "committed_date": stamp(target.at),
            "created_at": stamp(target.at),
            "parent_ids": [],
            "web_url": self.address(target),
        }

    def note(self, note: Note) -> Json:
        """A note."""
        target = note.discussion.target
        resolvable = target.kind == "MergeRequest" and note.type is not None
        found: Json = {
            "id": note.id,
            "type": note.type,
            "body": note.body,
            "attachment": None,
            "author": self.user(note.author),
            "created_at": stamp(note.at),
            "updated_at": stamp(note.updated_at),
            "system": note.system,
            "noteable_id": None if target.kind == "Commit" else target.id,
            "noteable_type": target.kind,
            "project_id": target.project.id,
            "resolvable": resolvable,
            "confidential": note.internal,
            "noteable_iid": None if target.kind == "Commit" else target.iid,
            "imported": False,
            "imported_from": "none",
            "commands_changes": {},
        }
        if self.quirks.internal:
            found["internal"] = note.internal
        if resolvable:
            done = note.resolved_by
            found |= {"resolved": done is not None, "resolved_by": self.user(done) if done else None}
            found["resolved_at"] = stamp(note.updated_at) if done else None
        if note.discussion.place and note.type == "DiffNote":
            path, line = note.discussion.place
            found["commit_id"] = None
            found["position"] = {
                "base_sha": "b" * 40,
                "start_sha": "b" * 40,
                "head_sha": "a" * 40,
                "old_path": path,
                "new_path": path,
                "position_type": "text",
                "old_line": None,
                "new_line": line,
                "line_range": None,
            }
        return found

    def discussion(self, discussion: Discussion, notes: list[Note]) -> Json:
        """A discussion with those of its notes that may be seen."""
        return {
            "id": discussion.id,
            "individual_note": discussion.individual,
            "notes": [self.note(note) for note in notes],
        }

    def todo(self, todo: Todo) -> Json:
        """A to-do."""
        anchor = f"#note_{todo.note.id}" if todo.note else ""
        kind = "WorkItem" if todo.target.kind == "Issue" and self.quirks.work_items else todo.target.kind
        return {
            "id": todo.id,
            "project": self.short(todo.target.project),
            "author": self.user(todo.author),
            "action_name": todo.action,
            "target_type": kind,
            "target": self.target(todo.target),
            "target_url": f"{self.address(todo.target)}{anchor}",
            "body": todo.body,
            "state": todo.state,
            "created_at": stamp(todo.at),
            "updated_at": stamp(todo.updated_at or todo.at),
        }
